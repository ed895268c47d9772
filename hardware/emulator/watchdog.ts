/**
 * The watchdog timer (data sheet 11.8 and 11.9). After a watchdog reset it runs on at its shortest time-out, because
 * WDRF overrides WDE: firmware that does not clear MCUSR and set the watchdog anew within 16 ms is reset for ever.
 */
import { ClockEvent } from './clock-events.ts';
import type { Core, Interrupt } from './core.ts';

const MCUSR = 0x54;
const WDTCSR = 0x60;
const WDRF = 0x08;
const WDIF = 0x80;
const WDIE = 0x40;
const WDP3 = 0x20;
const WDCE = 0x10;
const WDE = 0x08;
const WDP = WDP3 | 0x07;
/** 2,048 cycles of the 128 kHz oscillator at 16 MHz; doubled by each step of the prescaler (table 11-2). */
const SHORTEST_CYCLES = 2048 * 125;
const CHANGE_WINDOW_CYCLES = 4;

export class Watchdog {
  readonly #core: Core;
  readonly #resetChip: () => void;
  readonly #event = new ClockEvent((cycle) => this.#check(cycle));
  readonly #interrupt: Interrupt;
  #restartedAt = 0;
  #changeUntil = -1;

  constructor(core: Core, resetChip: () => void) {
    this.#core = core;
    this.#resetChip = resetChip;
    const { data, writeHooks } = core;
    this.#interrupt = {
      address: 0x0c,
      flagRegister: WDTCSR,
      flagMask: WDIF,
      enableRegister: WDTCSR,
      enableMask: WDIE,
      served: () => {
        data[WDTCSR]! &= ~WDIE;
      },
    };
    // The planned check finds out by itself that the dog was fed: feeding costs nothing.
    core.onWatchdogReset = () => {
      this.#restartedAt = core.cycles + 1;
    };
    writeHooks[MCUSR] = (value) => {
      data[MCUSR]! &= value;
      return true;
    };
    writeHooks[WDTCSR] = (value) => {
      const cycle = core.writeCycle;
      const old = data[WDTCSR]!;
      if (value & WDIF) core.clearInterrupt(this.#interrupt);
      let settings = (data[WDTCSR]! & WDIF) | (value & WDIE);
      if (cycle <= this.#changeUntil) settings |= value & (WDE | WDP);
      else {
        settings |= (old & (WDE | WDP)) | (value & WDE);
        if (value & WDCE && value & WDE) this.#changeUntil = cycle + CHANGE_WINDOW_CYCLES;
      }
      if (data[MCUSR]! & WDRF) settings |= WDE;
      data[WDTCSR] = settings;
      core.updateInterruptEnable(this.#interrupt, settings);
      this.#plan();
      return true;
    };
  }

  /** The chip was reset at `cycle`; MCUSR already says why. */
  reset(cycle: number): void {
    this.#changeUntil = -1;
    this.#restartedAt = cycle;
    this.#core.data[WDTCSR] = this.#core.data[MCUSR]! & WDRF ? WDE : 0;
    this.#plan();
  }

  #timeoutCycles(): number {
    const settings = this.#core.data[WDTCSR]!;
    return SHORTEST_CYCLES << (((settings & WDP3) >> 2) | (settings & 0x07));
  }

  #plan(): void {
    const { data, events } = this.#core;
    if (data[WDTCSR]! & (WDE | WDIE)) events.schedule(this.#event, this.#restartedAt + this.#timeoutCycles());
    else events.cancel(this.#event);
  }

  #check(cycle: number): void {
    const settings = this.#core.data[WDTCSR]!;
    if (this.#restartedAt + this.#timeoutCycles() <= cycle) {
      const unanswered = settings & WDIE && settings & WDIF;
      if (settings & WDE && (!(settings & WDIE) || unanswered)) {
        this.#resetChip();
        return;
      }
      this.#core.setInterruptFlag(this.#interrupt);
      this.#restartedAt = cycle;
    }
    this.#plan();
  }
}
