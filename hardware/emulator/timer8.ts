/**
 * Timer/Counter0 and Timer/Counter2 (data sheet chapters 15 and 18): normal, CTC, fast PWM and phase correct PWM, with
 * both compare units on their pins. Driven by events as Timer1 is: a timer with neither an enabled interrupt nor a
 * connected pin makes no appointment, PWM on a pin two a period; count and flags are computed when somebody reads them.
 */
import { ClockEvent } from './clock-events.ts';
import { CLEAR, CompareOutputs, type ComparePins, TOGGLE, UNITS } from './compare-outputs.ts';
import type { Core, Interrupt } from './core.ts';
import { Counter8, MAX } from './counter8.ts';
import type { Timer8Config } from './timer8-config.ts';

const TOV = 0x01;
const OCF: readonly number[] = [0x02, 0x04];
const FOC: readonly number[] = [0x80, 0x40];
const WGM2 = 0x08;
const TCCRB_BITS = 0x0f;
const AS2_EXCLK = 0x60;
/** By WGM2:0 (tables 15-8 and 18-8); 4 and 6 are reserved. */
const MODES = ['normal', 'dual', 'ctc', 'fast', null, 'dual', null, 'fast'] as const;
/** Longer than any way into a sequence that repeats: two dual slopes of 510 clocks. */
const SETTLED_CLOCKS = 1024;

export class Timer8 {
  readonly #core: Core;
  readonly #config: Timer8Config;
  readonly #outputs: CompareOutputs;
  readonly #event: ClockEvent;
  readonly #interrupts: readonly Interrupt[];
  readonly #counter = new Counter8();
  /** In force, and as last written: the PWM modes take over the second at TOP. */
  readonly #ocr: [number, number] = [0, 0];
  readonly #buffer: [number, number] = [0, 0];
  #wgm = 0;
  #prescaler = 0;
  /** Cycle at which the prescaler was last at zero; timer clocks are numbered from there. */
  #origin = 0;
  /** Number of the last timer clock that the counter has counted. */
  #synced = 0;

  constructor(core: Core, config: Timer8Config, pins: ComparePins) {
    this.#core = core;
    this.#config = config;
    this.#outputs = new CompareOutputs(pins);
    this.#event = new ClockEvent((cycle) => this.#catchUp(cycle));
    this.#interrupts = [...OCF, TOV].map((mask, index) => ({
      address: config.vectors[index]!,
      flagRegister: config.tifr,
      flagMask: mask,
      enableRegister: config.timsk,
      enableMask: mask,
      served: () => this.#plan(),
    }));
    this.#attach();
  }

  /** The chip was reset at `cycle`; registers are cleared and pins given back already. */
  reset(cycle: number): void {
    this.#counter.reset();
    this.#ocr.fill(0);
    this.#buffer.fill(0);
    this.#outputs.reset();
    this.#wgm = this.#prescaler = this.#synced = 0;
    this.#origin = cycle;
  }

  restartPrescaler(cycle: number): void {
    this.#sync(cycle);
    this.#rebase(this.#prescaler, cycle, cycle);
    this.#plan();
  }

  #attach(): void {
    const { readHooks, writeHooks, data } = this.#core;
    const { tifr, timsk, tccra, assr, name } = this.#config;
    const [tccrb, tcnt] = [tccra + 1, tccra + 2];
    readHooks[tifr] = () => {
      this.#sync(this.#core.cycles);
      return data[tifr]!;
    };
    writeHooks[tifr] = (value, _old, _address, mask) => {
      const cycle = this.#core.writeCycle;
      // A flag that rises at the very cycle at which software clears it stays up.
      this.#sync(cycle - 1);
      for (const interrupt of this.#interrupts) this.#core.clearInterruptByFlag(interrupt, value & mask);
      this.#catchUp(cycle);
      return true;
    };
    this.#onWrite(timsk, (value) => {
      data[timsk] = value;
      for (const interrupt of this.#interrupts) this.#core.updateInterruptEnable(interrupt, value);
    });
    this.#onWrite(tccra, (value, cycle) => {
      data[tccra] = value;
      this.#setMode(cycle);
    });
    this.#onWrite(tccrb, (value, cycle) => {
      data[tccrb] = value & TCCRB_BITS;
      const prescaler = this.#config.prescalers[value & 7];
      if (prescaler === undefined) throw new Error(`${name} is to be clocked from a pin. ${MISSING}`);
      this.#rebase(prescaler, this.#origin, cycle);
      this.#setMode(cycle);
      // A forced match sets the pin, no flag and no counter; the PWM modes ignore it (15.9.2).
      for (const unit of UNITS) if (value & FOC[unit]! && !this.#isPwm) this.#outputs.match(unit, true);
      this.#outputs.show(cycle);
    });
    readHooks[tcnt] = () => {
      this.#sync(this.#core.cycles);
      return this.#counter.value;
    };
    this.#onWrite(tcnt, (value) => {
      this.#counter.value = value;
      this.#counter.blocked = true;
    });
    for (const unit of UNITS) {
      this.#onWrite(tcnt + 1 + unit, (value) => {
        data[tcnt + 1 + unit] = value;
        this.#buffer[unit] = value;
        this.#loadUnbuffered();
      });
    }
    if (assr !== undefined) {
      writeHooks[assr] = (value) => {
        if (value & AS2_EXCLK) throw new Error(`${name} is to run from a 32 kHz crystal (ASSR). ${MISSING}`);
        return true;
      };
    }
  }

  /** A register whose new value counts from the completion of the write: the timer is brought up to date before. */
  #onWrite(address: number, apply: (value: number, cycle: number) => void): void {
    this.#core.writeHooks[address] = (value) => {
      const cycle = this.#core.writeCycle;
      this.#sync(cycle);
      apply(value, cycle);
      this.#plan();
      return true;
    };
  }

  #rebase(prescaler: number, origin: number, cycle: number): void {
    this.#prescaler = prescaler;
    this.#origin = origin;
    this.#synced = this.#clocks(cycle);
  }

  #clocks(cycle: number): number {
    return this.#prescaler === 0 ? 0 : Math.floor((cycle - this.#origin) / this.#prescaler);
  }

  get #mode() {
    return MODES[this.#wgm];
  }

  get #isPwm(): boolean {
    return this.#mode === 'fast' || this.#mode === 'dual';
  }

  #setMode(cycle: number): void {
    const { data } = this.#core;
    const { tccra, name } = this.#config;
    this.#wgm = (data[tccra]! & 3) | ((data[tccra + 1]! & WGM2) >> 1);
    // The two halves of a mode are written one after the other, so only a running timer is held to it.
    if (this.#mode === null && this.#prescaler !== 0)
      throw new Error(`${name} runs in the reserved mode ${this.#wgm} (WGM). Choose one of the data sheet's modes.`);
    this.#loadUnbuffered();
    const toggle = !this.#isPwm;
    this.#outputs.setModes(data[tccra]!, [toggle || this.#wgm > 3, toggle]);
    this.#outputs.show(cycle);
  }

  /** Outside the PWM modes, and while the timer stands, a compare value is in force as soon as it is written. */
  #loadUnbuffered(): void {
    if (!this.#isPwm || this.#prescaler === 0) this.#load();
    else this.#setSequence();
  }

  #load(): void {
    this.#ocr[0] = this.#buffer[0];
    this.#ocr[1] = this.#buffer[1];
    this.#setSequence();
  }

  #setSequence(): void {
    const topIsOcrA = this.#mode === 'ctc' || (this.#isPwm && this.#wgm > 3);
    this.#counter.setSequence(this.#mode === 'dual', topIsOcrA ? this.#ocr[0] : MAX, topIsOcrA);
  }

  #catchUp(cycle: number): void {
    this.#sync(cycle);
    this.#plan();
  }

  /** Counts all timer clocks up to `cycle`, from one value that matters to the next. */
  #sync(cycle: number): void {
    const counter = this.#counter;
    const target = this.#clocks(cycle);
    const began = this.#synced;
    while (this.#synced < target) {
      const clocks = Math.min(
        counter.clocksToLeave(this.#ocr[0]),
        counter.clocksToLeave(this.#ocr[1]),
        counter.clocksToTurn(),
      );
      if (this.#synced + clocks > target) {
        counter.move(target - this.#synced);
        this.#synced = target;
        return;
      }
      counter.move(clocks - 1);
      this.#synced += clocks;
      this.#leave(this.#origin + this.#synced * this.#prescaler);
      // Nobody has looked for long, so all flags are up: whole pairs of periods (an even number of toggles) change nothing.
      if (this.#synced - began > SETTLED_CLOCKS) {
        const pair = 2 * counter.period;
        this.#synced += Math.floor((target - this.#synced) / pair) * pair;
      }
    }
  }

  /** The timer clock at `cycle`, with which the counter leaves its value. */
  #leave(cycle: number): void {
    const counter = this.#counter;
    const outputs = this.#outputs;
    const { value, leavesUp, blocked, end } = counter;
    for (const unit of UNITS) {
      if (blocked || value !== this.#ocr[unit]) continue;
      this.#raise(OCF[unit]!);
      outputs.match(unit, leavesUp || !counter.dual);
    }
    const turn = counter.step();
    if (turn === 'bottom' || (turn === 'wrap' && (end === MAX || this.#mode === 'fast'))) this.#raise(TOV);
    if (this.#isPwm && (turn === 'wrap' || turn === 'top')) {
      this.#load();
      for (const unit of UNITS) {
        // A match with TOP of a fast PWM coincides with the turn, and the turn wins: OCRx = TOP is a constant level.
        if (turn === 'wrap') outputs.begin(unit);
        // A new value below TOP has missed its match on the way up; the pin shows the result all the same (15.7.4).
        else if (outputs.mode(unit) !== TOGGLE && this.#ocr[unit] <= counter.top)
          outputs.match(unit, this.#ocr[unit] < counter.top);
      }
    }
    outputs.show(cycle);
  }

  #raise(flag: number): void {
    this.#core.setInterruptFlag(this.#interrupts.find(({ flagMask }) => flagMask === flag)!);
  }

  /** Makes the appointment for the next thing that would be seen: an interrupt whose flag is down, or a pin. */
  #plan(): void {
    const { data, events } = this.#core;
    const counter = this.#counter;
    const wanted = data[this.#config.timsk]! & ~data[this.#config.tifr]!;
    let clocks = Infinity;
    let watched = (wanted & TOV) !== 0;
    if (watched && (this.#isPwm || counter.end === MAX)) clocks = counter.clocksToOverflow();
    for (const unit of UNITS) {
      const output = this.#outputs.mode(unit);
      if (output === 0 && !(wanted & OCF[unit]!)) continue;
      watched = true;
      clocks = Math.min(clocks, counter.clocksToLeave(this.#ocr[unit]));
      if (output >= CLEAR && this.#mode === 'fast') clocks = Math.min(clocks, counter.clocksToTurn());
      // In the steady state the match comes first; a pin that has missed it changes at TOP.
      const up = this.#ocr[unit] < counter.top;
      if (this.#mode === 'dual' && this.#outputs.wouldChange(unit, up))
        clocks = Math.min(clocks, counter.clocksToLoad());
    }
    const pending = this.#ocr[0] !== this.#buffer[0] || this.#ocr[1] !== this.#buffer[1];
    if (watched && pending) clocks = Math.min(clocks, counter.clocksToLoad());
    if (this.#prescaler === 0 || clocks === Infinity) events.cancel(this.#event);
    else events.schedule(this.#event, this.#origin + (this.#synced + clocks) * this.#prescaler);
  }
}

const MISSING = 'The emulated board has the system clock only: use an internal prescaler.';
