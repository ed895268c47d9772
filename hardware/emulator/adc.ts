/**
 * The analogue-to-digital converter (data sheet chapter 24): single conversions of A0 to A5, the 1.1 V reference or ground,
 * against AVcc or 1.1 V. A voltage has no bearing on the digital side of its pin: use setPin for that.
 */
import { ClockEvent } from './clock-events.ts';
import type { Core, Interrupt } from './core.ts';

const ADCL = 0x78;
const ADCH = 0x79;
const ADCSRA = 0x7a;
const ADMUX = 0x7c;
const ADEN = 0x80;
const ADSC = 0x40;
const ADATE = 0x20;
const ADIF = 0x10;
const ADIE = 0x08;
const ADPS = 0x07;
const ADLAR = 0x20;
const AVCC_VOLTS = 5;
const BANDGAP_VOLTS = 1.1;
/** By REFS1:0 (table 24-3). An Uno has nothing at AREF, and 2 is reserved. */
const REFERENCES = [null, AVCC_VOLTS, null, BANDGAP_VOLTS];
const PINS = 6;
const BANDGAP_CHANNEL = 14;
const GROUND_CHANNEL = 15;
const STEPS = 1024;
/** ADC clocks (table 24-1): from the start to the sample, and from there to the result; the first one is longer. */
const SAMPLE_CLOCKS = 1.5;
const FIRST_SAMPLE_CLOCKS = 13.5;
const CONVERT_CLOCKS = 11.5;

export class Adc {
  readonly #core: Core;
  readonly #volts = new Float64Array(PINS);
  readonly #event = new ClockEvent((cycle) => this.#proceed(cycle));
  readonly #interrupt: Interrupt = {
    address: 0x2a,
    flagRegister: ADCSRA,
    flagMask: ADIF,
    enableRegister: ADCSRA,
    enableMask: ADIE,
  };
  /** Cycle at which the prescaler was started by ADEN. */
  #enabledAt = 0;
  #first = true;
  /** Of the conversion under way, once it has sampled. */
  #sample: number | null = null;
  #result = 0;
  /** ADCL has been read and ADCH not yet: a result that comes meanwhile is lost (24.2). */
  #locked = false;

  constructor(core: Core) {
    this.#core = core;
    const { data, readHooks, writeHooks } = core;
    const shown = () => (data[ADMUX]! & ADLAR ? this.#result << 6 : this.#result);
    readHooks[ADCL] = () => {
      this.#locked = true;
      return shown() & 0xff;
    };
    readHooks[ADCH] = () => {
      this.#locked = false;
      return shown() >> 8;
    };
    writeHooks[ADCL] = writeHooks[ADCH] = () => true;
    writeHooks[ADCSRA] = (value) => {
      this.#control(value, core.writeCycle);
      return true;
    };
  }

  /** What lies at A`pin` from now on. */
  setVolts(pin: number, volts: number): void {
    this.#volts[pin] = volts;
  }

  /** The chip was reset; registers are cleared already. */
  reset(): void {
    this.#first = true;
    this.#locked = false;
    this.#sample = null;
    this.#result = 0;
  }

  #control(value: number, cycle: number): void {
    const { data, events } = this.#core;
    const old = data[ADCSRA]!;
    if (value & ADATE) throw new Error('The emulated ADC makes single conversions only: leave ADCSRA.ADATE clear.');
    if (value & ADIF) this.#core.clearInterrupt(this.#interrupt);
    const busy = old & ADSC && value & ADEN;
    data[ADCSRA] = (value & (ADEN | ADIE | ADPS)) | (data[ADCSRA]! & ADIF) | (value & ADEN ? (old | value) & ADSC : 0);
    this.#core.updateInterruptEnable(this.#interrupt, value);
    if (!(value & ADEN)) {
      events.cancel(this.#event);
      this.#first = true;
      return;
    }
    if (!(old & ADEN)) this.#enabledAt = cycle;
    if (busy || !(value & ADSC)) return;
    const clock = this.#clockCycles();
    const start = this.#enabledAt + (Math.floor((cycle - this.#enabledAt) / clock) + 1) * clock;
    this.#sample = null;
    events.schedule(this.#event, start + (this.#first ? FIRST_SAMPLE_CLOCKS : SAMPLE_CLOCKS) * clock);
    this.#first = false;
  }

  /** Division factors 2, 2, 4, .. 128 (table 24-5). */
  #clockCycles(): number {
    return 1 << Math.max(1, this.#core.data[ADCSRA]! & ADPS);
  }

  #proceed(cycle: number): void {
    const { data, events } = this.#core;
    if (this.#sample === null) {
      this.#sample = this.#convert(data[ADMUX]!);
      events.schedule(this.#event, cycle + CONVERT_CLOCKS * this.#clockCycles());
      return;
    }
    if (!this.#locked) this.#result = this.#sample;
    data[ADCSRA]! &= ~ADSC;
    this.#core.setInterruptFlag(this.#interrupt);
  }

  #convert(admux: number): number {
    const channel = admux & 0x0f;
    const reference = REFERENCES[admux >> 6];
    const volts = channel === BANDGAP_CHANNEL ? BANDGAP_VOLTS : channel === GROUND_CHANNEL ? 0 : this.#volts[channel];
    if (reference == null || volts === undefined) {
      throw new Error(
        `The firmware converts with ADMUX 0x${admux.toString(16)}. The emulated board has A0 to A5, 1.1 V (14) and ground (15), against AVcc or 1.1 V.`,
      );
    }
    return Math.min(STEPS - 1, Math.max(0, Math.floor((volts * STEPS) / reference)));
  }
}
