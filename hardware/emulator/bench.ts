/**
 * The emulated board on its bench: chip, rig file's wiring, and a mouse that smells the valve pins and licks the lick
 * pins. Advances chip and mouse together, edge by edge, so that neither ever sees the other's future. The mouse lives in
 * true time; the chip's cycles follow it by the board's clock.
 */
import type { LickEdge, Mouse } from '../mouse/mouse.ts';
import type { RigFile } from '../rig-file.ts';
import { BoardClock, type ClockError } from './board-clock.ts';
import type { AtMega328p } from './mcu.ts';
import { type PortName, unoPin } from './pins.ts';

const SYSEX_END = 0xf7;

interface Wire {
  readonly line: string;
  readonly port: PortName;
  readonly mask: number;
  readonly activeLow: boolean;
}

export class Bench {
  readonly mcu: AtMega328p;
  readonly clock: BoardClock;
  readonly #mouse: Mouse | null;
  readonly #outputs: readonly Wire[];
  readonly #inputs: ReadonlyMap<string, Wire>;
  readonly #levels: Record<PortName, number> = { B: 0, C: 0, D: 0 };
  readonly #sent: number[] = [];

  constructor(mcu: AtMega328p, file: RigFile, mouse: Mouse | null, clock?: ClockError) {
    this.mcu = mcu;
    this.clock = new BoardClock(clock);
    this.#mouse = mouse;
    const wire = ({ name, pin, activeLow }: { name: string; pin: number; activeLow: boolean }): Wire => {
      const { port, bit } = unoPin(pin < 14 ? pin : `A${pin - 14}`);
      return { line: name, port, mask: 1 << bit, activeLow };
    };
    this.#outputs = file.outputs.map(wire);
    this.#inputs = new Map(file.inputs.map((input) => [input.name, wire(input)]));
    for (const line of this.#inputs.keys()) this.drive({ atUs: 0, line, on: false });
    mcu.onPin((port, levels, cycle) => this.#sense(port, levels, cycle));
    mcu.onByte((byte) => {
      this.#sent.push(byte);
      if (byte === SYSEX_END) mcu.stop();
    });
  }

  /** True time since power-on. */
  get nowMs(): number {
    return this.clock.usAt(this.mcu.cycles) / 1000;
  }

  /** Puts an input line's pin where the edge says, now. */
  drive({ line, on }: LickEdge): void {
    const wire = this.#inputs.get(line);
    if (wire === undefined) throw new RangeError(`This rig has no input line "${line}".`);
    this.mcu.setPin(`${wire.port}${31 - Math.clz32(wire.mask)}`, on !== wire.activeLow);
  }

  /** Runs to `cycle`, or until the board has sent the end of a frame. Returns what it sent. */
  advance(cycle: number): Uint8Array {
    while (this.mcu.cycles < cycle && this.#sent.at(-1) !== SYSEX_END) {
      const edge = this.#mouse?.next() ?? null;
      const edgeAt = edge === null ? Number.POSITIVE_INFINITY : this.clock.cycleAt(edge.atUs);
      this.mcu.runUntil(Math.min(cycle, edgeAt));
      // What the mouse has just sensed may have changed its mind.
      if (edge === null || this.mcu.cycles < edgeAt || this.#mouse!.next()?.atUs !== edge.atUs) continue;
      this.drive(edge);
      this.#mouse!.made();
    }
    const sent = Uint8Array.from(this.#sent);
    this.#sent.length = 0;
    return sent;
  }

  #sense(port: PortName, levels: number, cycle: number): void {
    const changed = levels ^ this.#levels[port];
    this.#levels[port] = levels;
    if (this.#mouse === null) return;
    for (const { line, port: on, mask, activeLow } of this.#outputs) {
      if (on !== port || !(changed & mask)) continue;
      this.#mouse.sense(this.clock.usAt(cycle), line, ((levels & mask) !== 0) !== activeLow);
      this.mcu.stop();
    }
  }
}
