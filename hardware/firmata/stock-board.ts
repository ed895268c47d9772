/**
 * A board with stock StandardFirmata, driven by johnny-five over firmata-io, over any byte port. Nothing here knows a
 * trial: levels out, levels in, and a sign of life.
 *
 * johnny-five's Pin is left aside: for an input it polls on a timer of its own, and before each level it sends the pin's
 * mode again, which doubles the way to the valve at 57600 baud.
 */
import { EventEmitter } from 'node:events';
import type { Firmata } from 'firmata-io';
import type { Board } from 'johnny-five';
import type { BytePort } from '../link/byte-port.ts';
import { type HostClock, sleep } from '../link/host-clock.ts';
import { RigError } from '../rig.ts';

/** A boot loader sits for up to two seconds after the opening; then the board tells its pins, 20 ms at 57600 baud. */
const OPEN_MS = 8000;
const ASK_MS = 250;
/** firmata-io may ask for the version by itself after this long; `connect` asks on the clock it was given instead. */
const NEVER_MS = 2 ** 31 - 1;

/** What firmata-io expects of a serial port, over ours. */
class PortTransport extends EventEmitter {
  readonly #port: BytePort;

  constructor(port: BytePort) {
    super();
    this.#port = port;
    port.onBytes((bytes) => this.emit('data', bytes));
  }

  write(bytes: Uint8Array, written: () => void): void {
    this.#port.write(bytes);
    written();
  }
}

export class StockBoard {
  readonly #board: Board;
  readonly #io: Firmata;
  /** By port, the levels last written to its outputs. */
  readonly #levels = new Map<number, number>();

  /** Waits for the board to answer and to tell its pins. @throws RigError noAnswer */
  static async connect(port: BytePort, clock: HostClock): Promise<StockBoard> {
    // Loaded only here: the packages cost a tenth of a second, and no other rig needs them.
    const [{ default: five }, { default: firmata }] = await Promise.all([import('johnny-five'), import('firmata-io')]);
    const io = new firmata.Firmata(new PortTransport(port), { reportVersionTimeout: NEVER_MS });
    clearTimeout(io.reportVersionTimeoutId);
    // Each question waits with a listener of its own, and a boot loader leaves many unanswered.
    io.setMaxListeners(0);
    let told = false;
    io.once('ready', () => {
      told = true;
    });
    const until = clock.nowMs() + OPEN_MS;
    let askAt = clock.nowMs();
    while (!told) {
      if (clock.nowMs() > until) throw noAnswer(port.name);
      if (io.firmware.name === undefined && clock.nowMs() >= askAt) {
        askAt += ASK_MS;
        io.reportVersion(() => {});
        io.queryFirmware(() => {});
      }
      await sleep(clock, 10);
    }
    // Else it would take over the terminal's input and Ctrl-C.
    const board = new five.Board({ io, repl: false, sigint: false, debug: false });
    await new Promise((resolve) => board.once('ready', resolve));
    return new StockBoard(board);
  }

  private constructor(board: Board) {
    this.#board = board;
    this.#io = board.io;
  }

  /** `StandardFirmata.ino 2.5`. */
  get firmware(): string {
    const { name, version } = this.#io.firmware;
    return `${name ?? 'Firmata'} ${version?.major ?? 0}.${version?.minor ?? 0}`;
  }

  canDo(pin: number, mode: 'INPUT' | 'OUTPUT' | 'PWM' | 'PULLUP'): boolean {
    return this.#io.pins[pin]?.supportedModes.includes(this.#io.MODES[mode]) ?? false;
  }

  /** All pins as after the board's start: stock firmware drives each digital pin low. */
  reset(): void {
    this.#io.reset();
    this.#levels.clear();
  }

  output(pin: number): void {
    this.#board.pinMode(pin, this.#io.MODES.OUTPUT);
  }

  pwm(pin: number, share: number): void {
    if (this.#io.pins[pin]!.mode !== this.#io.MODES.PWM) this.#board.pinMode(pin, this.#io.MODES.PWM);
    this.#board.pwmWrite(pin, Math.round(share * (this.#io.RESOLUTION.PWM ?? 255)));
  }

  /** `heard`: the level of each report, changed or not; the first one soon after this call. */
  input(pin: number, pullUp: boolean, heard: (high: boolean) => void): void {
    this.#board.pinMode(pin, pullUp ? this.#io.MODES.PULLUP : this.#io.MODES.INPUT);
    this.#board.digitalRead(pin, (value) => heard(value === 1));
  }

  /**
   * Lowers these pins, then raises those: in one message where all hang on one port of the chip, else what falls goes out
   * first, so that a valve never opens before another has closed.
   */
  write(lower: readonly number[], raise: readonly number[]): void {
    const falling = byPort(lower);
    const rising = byPort(raise);
    const ports = new Set([...falling.keys(), ...rising.keys()]);
    if (ports.size > 1) for (const [port, bits] of falling) this.#send(port, (this.#levels.get(port) ?? 0) & ~bits);
    for (const port of ports.size > 1 ? rising.keys() : ports) {
      this.#send(port, ((this.#levels.get(port) ?? 0) & ~(falling.get(port) ?? 0)) | (rising.get(port) ?? 0));
    }
  }

  /** Asks for a sign of life. */
  ping(answered: () => void): void {
    this.#io.reportVersion(answered);
  }

  /** Told when the board says, unasked or asked, which protocol or firmware it has. */
  onIdentity(listener: (what: 'version' | 'firmware') => void): void {
    this.#io.on('reportversion', () => listener('version'));
    this.#io.on('queryfirmware', () => listener('firmware'));
  }

  /** Told what the board says in words: that it could not do something. */
  onWords(listener: (text: string) => void): void {
    this.#board.on('string', listener);
  }

  /**
   * firmata-io mirrors what inputs read into the levels it writes, and stock firmware takes a 1 for an input as an order to
   * switch on its pull-up; so only levels of outputs go out.
   */
  #send(port: number, levels: number): void {
    this.#levels.set(port, levels);
    this.#io.ports[port] = levels;
    this.#io.writeDigitalPort(port);
  }
}

function noAnswer(port: string): RigError {
  return new RigError(
    'noAnswer',
    `Nothing that speaks Firmata answers at ${port}. No session was started and no line was driven. Check that this is the board's port, that StandardFirmata is on it, and that "baud" in the rig file is the firmware's (57600 as it comes).`,
  );
}

/** By port of eight pins, their bits. */
function byPort(pins: readonly number[]): Map<number, number> {
  const bits = new Map<number, number>();
  for (const pin of pins) bits.set(pin >> 3, (bits.get(pin >> 3) ?? 0) | (1 << (pin & 7)));
  return bits;
}
