/**
 * Timer/Counter1 in normal mode, driven by events: the count is computed from the clock when somebody reads it, and the
 * only appointments are the next enabled compare match and overflow. Flags nobody enabled are computed when read.
 *
 * Data sheet chapter 16: flags rise one timer clock after the match, when the counter leaves OCR1x (figure 16-11), or
 * leaves 0xFFFF; the prescaler runs freely from reset, whatever the clock select (17.1). A flag that rises at the very
 * cycle at which software clears it stays up.
 */
import { ClockEvent } from './clock-events.ts';
import type { Core, Interrupt } from './core.ts';

const TIFR1 = 0x36;
const TIMSK1 = 0x6f;
const TCCR1A = 0x80;
const TCCR1B = 0x81;
const TCNT1 = 0x84;
const ICR1 = 0x86;
const OCR1A = 0x88;
const OCR1B = 0x8a;

const TOV1 = 0x01;
const OCF1A = 0x02;
const OCF1B = 0x04;
const ICF1 = 0x20;
const ICES1 = 0x40;
const WGM_HIGH = 0x18;
const COUNTS = 0x10000;
const MAX = 0xffff;
/** Table 16-5; 6 and 7 clock the counter from pin T1. */
const PRESCALERS = [0, 1, 8, 64, 256, 1024];

export class Timer1 {
  readonly #core: Core;
  readonly #event: ClockEvent;
  readonly #interrupts: readonly Interrupt[];
  #prescaler = 0;
  /** Cycle at which the prescaler was last at zero; timer clocks are numbered from there. */
  #origin = 0;
  /** Count = base + number of the last timer clock. */
  #base = 0;
  /** Number of the last timer clock whose matches stand in TIFR1. */
  #synced = 0;
  #ocrA = 0;
  #ocrB = 0;
  #icr = 0;
  /** The one byte through which all 16-bit accesses go (16.3); shared, so an interrupt can spoil it, as on the chip. */
  #temp = 0;
  /** A write to TCNT1 suppresses the compare match of the next timer clock (16.7.2). */
  #matchBlocked = false;

  constructor(core: Core) {
    this.#core = core;
    this.#event = new ClockEvent((cycle) => this.#catchUp(cycle));
    const served = () => this.#plan();
    this.#interrupts = [
      { address: 0x14, flagMask: ICF1 },
      { address: 0x16, flagMask: OCF1A },
      { address: 0x18, flagMask: OCF1B },
      { address: 0x1a, flagMask: TOV1 },
    ].map(({ address, flagMask }) => ({
      address,
      flagMask,
      flagRegister: TIFR1,
      enableRegister: TIMSK1,
      enableMask: flagMask,
      served,
    }));
    this.#attach();
  }

  /** The chip was reset at `cycle`; the registers are cleared already. */
  reset(cycle: number): void {
    this.#prescaler = this.#base = this.#synced = this.#ocrA = this.#ocrB = this.#icr = this.#temp = 0;
    this.#origin = cycle;
    this.#matchBlocked = false;
  }

  /** An edge has come through the synchroniser of pin ICP1 at `cycle` (16.6). */
  inputCapture(rising: boolean, cycle: number): void {
    if (rising !== ((this.#core.data[TCCR1B]! & ICES1) !== 0)) return;
    this.#catchUp(cycle);
    this.#icr = this.#count(cycle);
    this.#raise(ICF1);
  }

  restartPrescaler(cycle: number): void {
    this.#sync(cycle);
    this.#rebase(this.#count(cycle), this.#prescaler, cycle, cycle);
    this.#plan();
  }

  #attach(): void {
    const { readHooks, writeHooks, data } = this.#core;
    readHooks[TIFR1] = () => {
      this.#sync(this.#core.cycles);
      return data[TIFR1]!;
    };
    writeHooks[TIFR1] = (value, _old, _address, mask) => {
      const cycle = this.#core.writeCycle;
      this.#sync(cycle - 1);
      for (const interrupt of this.#interrupts) this.#core.clearInterruptByFlag(interrupt, value & mask);
      this.#catchUp(cycle);
      return true;
    };
    this.#onWrite(TIMSK1, (value) => {
      data[TIMSK1] = value;
      for (const interrupt of this.#interrupts) this.#core.updateInterruptEnable(interrupt, value);
    });
    this.#onWrite(TCCR1A, (value) => {
      if (value !== 0) throw new Error(`${MODE_ERROR} TCCR1A was set to 0x${value.toString(16)}.`);
      data[TCCR1A] = 0;
    });
    this.#onWrite(TCCR1B, (value, cycle) => {
      const prescaler = PRESCALERS[value & 7];
      if (prescaler === undefined || value & WGM_HIGH) {
        throw new Error(`${MODE_ERROR} TCCR1B was set to 0x${value.toString(16)}.`);
      }
      data[TCCR1B] = value;
      this.#rebase(this.#count(cycle), prescaler, this.#origin, cycle);
    });
    this.#onWrite(TCNT1, (value, cycle) => {
      this.#rebase((this.#temp << 8) | value, this.#prescaler, this.#origin, cycle);
      this.#matchBlocked = true;
    });
    this.#onWrite(OCR1A, (value) => {
      this.#ocrA = (this.#temp << 8) | value;
    });
    this.#onWrite(OCR1B, (value) => {
      this.#ocrB = (this.#temp << 8) | value;
    });
    // In normal mode ICR1 belongs to the capture unit; software cannot write it (16.11.7).
    writeHooks[ICR1] = () => true;
    for (const high of [TCNT1 + 1, ICR1 + 1, OCR1A + 1, OCR1B + 1]) {
      writeHooks[high] = (value) => {
        this.#temp = value;
        return true;
      };
    }
    this.#readThroughTemp(TCNT1, () => this.#count(this.#core.cycles));
    this.#readThroughTemp(ICR1, () => this.#icr);
    // Reading OCR1x does not go through the temporary register (16.3).
    readHooks[OCR1A] = () => this.#ocrA & 0xff;
    readHooks[OCR1A + 1] = () => this.#ocrA >> 8;
    readHooks[OCR1B] = () => this.#ocrB & 0xff;
    readHooks[OCR1B + 1] = () => this.#ocrB >> 8;
  }

  /** A register whose new value counts from the completion of the write: the flags are brought up to date before. */
  #onWrite(address: number, apply: (value: number, cycle: number) => void): void {
    this.#core.writeHooks[address] = (value) => {
      const cycle = this.#core.writeCycle;
      this.#sync(cycle);
      apply(value, cycle);
      this.#plan();
      return true;
    };
  }

  #readThroughTemp(address: number, read: () => number): void {
    this.#core.readHooks[address] = () => {
      const value = read();
      this.#temp = value >> 8;
      return value & 0xff;
    };
    this.#core.readHooks[address + 1] = () => this.#temp;
  }

  #rebase(count: number, prescaler: number, origin: number, cycle: number): void {
    this.#prescaler = prescaler;
    this.#origin = origin;
    this.#synced = this.#clocks(cycle);
    this.#base = count - this.#synced;
  }

  #clocks(cycle: number): number {
    return this.#prescaler === 0 ? 0 : Math.floor((cycle - this.#origin) / this.#prescaler);
  }

  #count(cycle: number): number {
    return (this.#base + this.#clocks(cycle)) & MAX;
  }

  #catchUp(cycle: number): void {
    this.#sync(cycle);
    this.#plan();
  }

  /** Raises the flags of all timer clocks up to `cycle`. */
  #sync(cycle: number): void {
    const elapsed = this.#clocks(cycle) - this.#synced;
    if (elapsed <= 0) return;
    if (this.#clocksToMatch(this.#ocrA) <= elapsed) this.#raise(OCF1A);
    if (this.#clocksToMatch(this.#ocrB) <= elapsed) this.#raise(OCF1B);
    if (this.#clocksTo(MAX) <= elapsed) this.#raise(TOV1);
    this.#synced += elapsed;
    this.#matchBlocked = false;
  }

  /** Timer clocks from the last accounted one to the one at which the counter leaves `value`: 1 to 65,536. */
  #clocksTo(value: number): number {
    return ((value - this.#base - this.#synced) & MAX) + 1;
  }

  #clocksToMatch(ocr: number): number {
    const clocks = this.#clocksTo(ocr);
    return this.#matchBlocked && clocks === 1 ? 1 + COUNTS : clocks;
  }

  #raise(flag: number): void {
    this.#core.setInterruptFlag(this.#interrupts.find(({ flagMask }) => flagMask === flag)!);
  }

  /** Makes the appointment for the next flag that would interrupt; a flag that is up already needs none. */
  #plan(): void {
    const wanted = this.#core.data[TIMSK1]! & ~this.#core.data[TIFR1]!;
    let clocks = Infinity;
    if (wanted & OCF1A) clocks = this.#clocksToMatch(this.#ocrA);
    if (wanted & OCF1B) clocks = Math.min(clocks, this.#clocksToMatch(this.#ocrB));
    if (wanted & TOV1) clocks = Math.min(clocks, this.#clocksTo(MAX));
    if (this.#prescaler === 0 || clocks === Infinity) this.#core.events.cancel(this.#event);
    else this.#core.events.schedule(this.#event, this.#origin + (this.#synced + clocks) * this.#prescaler);
  }
}

const MODE_ERROR =
  'The emulated Timer1 counts freely (normal mode, internal clock, no output compare pins): the board stamps every edge with it.';
