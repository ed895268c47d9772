/** From output words and input levels of lines to the pins of a stock board: polarity, pull-ups, and light by PWM. */
import { pinName } from '../boards.ts';
import { RigError, type Waveform } from '../rig.ts';
import type { RigFile } from '../rig-file.ts';
import type { StockBoard } from './stock-board.ts';

export class BoardPins {
  readonly #file: RigFile;
  readonly #board: StockBoard;
  /** By output line, the share of full power it shows while on; digital when it is not in here. */
  readonly #wanted = new Map<number, number>();
  readonly #shares = new Map<number, number>();

  /** @throws RigError wrongBoard, for a board without these pins. */
  constructor(file: RigFile, board: StockBoard) {
    this.#file = file;
    this.#board = board;
    for (const { name, pin } of file.outputs) this.#need(name, pin, 'OUTPUT');
    for (const { name, pin, pullUp } of file.inputs) this.#need(name, pin, pullUp ? 'PULLUP' : 'INPUT');
  }

  /** All lines off, then inputs heard: each report of the board, changed or not. */
  prepare(heard: (line: number, on: boolean) => void): void {
    const { outputs, inputs } = this.#file;
    this.#board.reset();
    for (const { pin } of outputs) this.#board.output(pin);
    this.#board.write(
      outputs.map(({ pin }) => pin),
      [],
    );
    for (const [line, { pin, pullUp, activeLow }] of inputs.entries()) {
      this.#board.input(pin, pullUp, (high) => heard(line, high !== activeLow));
    }
  }

  write(before: number, after: number): void {
    const lower: number[] = [];
    const raise: number[] = [];
    for (const [line, { pin }] of this.#file.outputs.entries()) {
      const bit = 1 << line;
      if (((before ^ after) & bit) === 0) continue;
      const share = this.#shares.get(line);
      if (share !== undefined) this.#board.pwm(pin, after & bit ? share : 0);
      else (after & bit ? raise : lower).push(pin);
    }
    if (lower.length + raise.length > 0) this.#board.write(lower, raise);
  }

  /** @throws RigError programRefused */
  shape(name: string, { shape, amplitude, rampUpMs, rampDownMs }: Waveform): void {
    const line = this.#file.outputs.findIndex((output) => output.name === name);
    const output = this.#file.outputs[line];
    const { name: rig, board } = this.#file;
    const refusal = (why: string, remedy: string) =>
      new RigError('programRefused', `The rig ${rig} cannot show "${name}" so: ${why}. Nothing was changed. ${remedy}`);
    if (output === undefined) throw refusal('it has no such output line', "Use a light line of the rig file's.");
    if (shape !== 'constant' || rampUpMs > 0 || rampDownMs > 0) {
      throw refusal(
        'a wave or ramp would be drawn by the timers of this computer, which are too coarse; it needs our firmware',
        'Choose constant light without ramps, or a board with our firmware.',
      );
    }
    if (!(amplitude > 0 && amplitude <= 1)) {
      throw refusal(`an amplitude of ${amplitude} is none`, 'Give more than 0 and at most 1.');
    }
    if (!this.#board.canDo(output.pin, 'PWM')) {
      throw refusal(`pin ${pinName(board, output.pin)} has no PWM`, 'Wire the light to a pin with PWM.');
    }
    this.#wanted.set(line, amplitude);
  }

  /** Shapes hold from the next trial on. */
  takeShapes(): void {
    for (const [line, share] of this.#wanted) {
      this.#shares.set(line, share);
      this.#board.pwm(this.#file.outputs[line]!.pin, 0);
    }
    this.#wanted.clear();
  }

  /** All lines off as far as the board can still be reached, reports off. */
  release(): void {
    this.write(2 ** this.#file.outputs.length - 1, 0);
    this.#board.reset();
  }

  #need(line: string, pin: number, mode: 'INPUT' | 'OUTPUT' | 'PULLUP'): void {
    if (this.#board.canDo(pin, mode)) return;
    const { name, board } = this.#file;
    const words = { INPUT: 'an input', OUTPUT: 'an output', PULLUP: 'an input with pull-up' }[mode];
    throw new RigError(
      'wrongBoard',
      `The board of the rig ${name} (${this.#board.firmware}) has no pin ${pinName(board, pin)} that can be ${words}, as "${line}" needs. No line was driven. Check that it is the board the rig file means, and put StandardFirmata 2.5 or newer on it.`,
    );
  }
}
