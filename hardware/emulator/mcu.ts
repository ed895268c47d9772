/**
 * The emulated ATmega328P of an Arduino Uno at 16 MHz: runs a firmware binary cycle by cycle and lets the world touch
 * its pins, its serial line and its reset button.
 *
 *   setPin, setAnalog, receive, reset  -->  core + ports + timers + USART0 + ADC + ..  -->  onPin, onByte, onReset
 *
 * Time is the count of clock cycles since power-on; it never starts again. Pin listeners are told the cycle at which
 * the writing instruction completes, byte listeners the end of the stop bit. No oscillator start-up time is modelled:
 * the first instruction runs at the cycle of the reset.
 */
import { Adc } from './adc.ts';
import { ClockEvent } from './clock-events.ts';
import { Core } from './core.ts';
import { EEPROM_BYTES, Eeprom } from './eeprom.ts';
import { attachGtccr } from './gtccr.ts';
import { PinInterrupts } from './pin-interrupts.ts';
import type { PortName } from './pins.ts';
import { Port, type PortListener } from './port.ts';
import { Timer1 } from './timer1.ts';
import { Timer8 } from './timer8.ts';
import { TIMER0, TIMER2, type Timer8Config } from './timer8-config.ts';
import { Usart } from './usart.ts';
import { Watchdog } from './watchdog.ts';

export const CYCLES_PER_SECOND = 16_000_000;

/** Pins of the compare units A and B (table 14-3 and 14-9). */
const COMPARE_PINS = {
  timer0: [
    ['D', 6],
    ['D', 5],
  ],
  timer2: [
    ['B', 3],
    ['D', 3],
  ],
} as const;
const IO_START = 0x20;
const IO_END = 0x100;
const MCUSR = 0x54;
const PORTS: readonly PortName[] = ['B', 'C', 'D'];
/** MCUSR bits (11.9.1). */
const RESET_FLAG = { powerOn: 0x01, external: 0x02, brownOut: 0x04, watchdog: 0x08 } as const;

export type ResetKind = keyof typeof RESET_FLAG;
export type PinListener = (port: PortName, levels: number, cycle: number) => void;
export type ByteListener = (byte: number, cycle: number) => void;
export type ResetListener = (kind: ResetKind, cycle: number) => void;

export interface McuOptions {
  /** 1,024 bytes, read and written in place, so that they outlive the board; erased cells (0xFF) when left out. */
  readonly eeprom?: Uint8Array;
  /** How long the boot loader sits, deaf to our bytes, after an external (DTR) reset: up to 2,000 on old boards. */
  readonly bootloaderMs?: number;
}

export class AtMega328p {
  readonly #core: Core;
  readonly #ports: Record<PortName, Port>;
  readonly #timer0: Timer8;
  readonly #timer1: Timer1;
  readonly #timer2: Timer8;
  readonly #adc: Adc;
  readonly #usart: Usart;
  readonly #watchdog: Watchdog;
  readonly #eeprom: Eeprom;
  readonly #bootloaderCycles: number;
  readonly #pinListeners = new Set<PinListener>();
  readonly #byteListeners = new Set<ByteListener>();
  readonly #resetListeners = new Set<ResetListener>();

  /** `flash`: 16,384 words, as `parseIntelHex` returns them, used in place. The board is powered and stands before its first instruction. */
  constructor(flash: Uint16Array, options: McuOptions = {}) {
    const eeprom = options.eeprom ?? new Uint8Array(EEPROM_BYTES).fill(0xff);
    if (eeprom.length !== EEPROM_BYTES)
      throw new RangeError(`The EEPROM has ${EEPROM_BYTES} bytes, got ${eeprom.length}.`);
    this.#bootloaderCycles = Math.round(((options.bootloaderMs ?? 0) * CYCLES_PER_SECOND) / 1000);
    const core = new Core(flash);
    this.#core = core;
    const timer8 = (config: Timer8Config, pins: (typeof COMPARE_PINS)[keyof typeof COMPARE_PINS]) =>
      new Timer8(core, config, (unit, level, cycle) =>
        this.#ports[pins[unit][0]].override(pins[unit][1], level, cycle),
      );
    this.#timer0 = timer8(TIMER0, COMPARE_PINS.timer0);
    this.#timer1 = new Timer1(core);
    this.#timer2 = timer8(TIMER2, COMPARE_PINS.timer2);
    attachGtccr(core, [this.#timer0, this.#timer1], this.#timer2);
    this.#adc = new Adc(core);
    const pinInterrupts = new PinInterrupts(core, (rising, cycle) => this.#timer1.inputCapture(rising, cycle));
    const listener: PortListener = {
      outputsChanged: (port, levels, cycle) => {
        for (const tell of this.#pinListeners) tell(port, levels, cycle);
      },
      padsChanged: (port, changed, levels, cycle) => pinInterrupts.edge(port, changed, levels, cycle),
    };
    this.#ports = {
      B: new Port(core, 'B', listener),
      C: new Port(core, 'C', listener),
      D: new Port(core, 'D', listener),
    };
    this.#usart = new Usart(core, (byte, cycle) => {
      for (const tell of this.#byteListeners) tell(byte, cycle);
    });
    this.#watchdog = new Watchdog(core, () => this.reset('watchdog'));
    this.#eeprom = new Eeprom(core, eeprom);
    this.reset('powerOn');
  }

  /** Clock cycles since power-on. */
  get cycles(): number {
    return this.#core.cycles;
  }

  /** The data space, 0x0000 to 0x08FF: registers, I/O, SRAM. For tests and for measuring the stack. */
  get data(): Uint8Array {
    return this.#core.data;
  }

  /** Received characters the firmware lost by reading too late. */
  get overruns(): number {
    return this.#usart.overruns;
  }

  /** Received characters that came while the receiver was switched off. */
  get unheard(): number {
    return this.#usart.unheard;
  }

  /**
   * Runs to the first instruction boundary at or after `cycle`, or to the boundary after a listener has called `stop`.
   * @throws Error when the firmware uses something the emulated board does not have.
   */
  runUntil(cycle: number): void {
    this.#core.run(cycle);
  }

  /** To be called by a listener: `runUntil` returns at the next instruction boundary. */
  stop(): void {
    this.#core.stop();
  }

  /** Drives a pin ('D2', 'B0', 'C3') from outside at `atCycle`; now, when that has passed or is left out. */
  setPin(pin: string, level: boolean, atCycle = this.#core.cycles): void {
    const [, name, bit] = /^([BCD])([0-7])$/.exec(pin) ?? [];
    if (name === undefined)
      throw new RangeError(`The chip has no pin "${pin}". Expected a port and a bit, as in "D2".`);
    const port = this.#ports[name as PortName];
    if (atCycle <= this.#core.cycles) port.drive(Number(bit), level, this.#core.cycles);
    else this.#core.events.schedule(new ClockEvent((at) => port.drive(Number(bit), level, at), true), atCycle);
  }

  /** Puts a voltage at an analogue input ('A0' to 'A5'), now; 0 V until then. Its digital level is a matter of setPin. */
  setAnalog(pin: string, volts: number): void {
    if (!/^A[0-5]$/.test(pin)) throw new RangeError(`The board has no analogue input "${pin}". Expected "A0" to "A5".`);
    this.#adc.setVolts(Number(pin[1]), volts);
  }

  /** Puts another instruction word into flash, from the next time it is fetched on: how a test hangs the firmware. */
  patch(wordAddress: number, opcode: number): void {
    const { progMem } = this.#core;
    if (!(wordAddress in progMem))
      throw new RangeError(`Flash has ${progMem.length} words, and no word ${wordAddress}.`);
    progMem[wordAddress] = opcode;
  }

  /** Sends the board a byte: its start bit comes at `atCycle`, or as soon as the bytes sent before are through. */
  receive(byte: number, atCycle = this.#core.cycles): void {
    this.#usart.receive(byte & 0xff, Math.max(atCycle, this.#core.cycles));
  }

  /** Bytes that `receive` was given and that are not through yet never arrive: the cable was pulled. */
  dropIncoming(): void {
    this.#usart.dropIncoming();
  }

  /** Told whenever the levels a port drives change; inputs, and all pins after a reset, count as low. */
  onPin(listener: PinListener): () => void {
    this.#pinListeners.add(listener);
    return () => this.#pinListeners.delete(listener);
  }

  /** Told each byte the board sends, when its stop bit has left. */
  onByte(listener: ByteListener): () => void {
    this.#byteListeners.add(listener);
    return () => this.#byteListeners.delete(listener);
  }

  /** Told when the chip has been reset, after its outputs went low. */
  onReset(listener: ResetListener): () => void {
    this.#resetListeners.add(listener);
    return () => this.#resetListeners.delete(listener);
  }

  /** Resets the chip: I/O registers to their initial values, outputs released; SRAM, EEPROM and the world stay as they are. */
  reset(kind: ResetKind): void {
    const core = this.#core;
    const cycle = core.events.firing ?? core.cycles;
    const flags = kind === 'powerOn' ? 0 : core.data[MCUSR]!;
    core.data.fill(0, IO_START, IO_END);
    core.data[MCUSR] = flags | RESET_FLAG[kind];
    core.restart();
    for (const timer of [this.#timer0, this.#timer1, this.#timer2]) timer.reset(cycle);
    this.#adc.reset();
    this.#usart.reset();
    this.#eeprom.reset();
    this.#watchdog.reset(cycle);
    for (const name of PORTS) this.#ports[name].reset(cycle);
    if (kind === 'external' && this.#bootloaderCycles > 0) {
      core.state = 'held';
      const release = new ClockEvent(() => {
        core.state = 'running';
      });
      core.events.schedule(release, cycle + this.#bootloaderCycles);
    }
    for (const tell of this.#resetListeners) tell(kind, cycle);
  }
}
