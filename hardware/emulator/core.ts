/**
 * The AVR core: the instruction interpreter of avr8js with what it leaves out around it. That is the timing of
 * interrupts and sleep, clock events at absolute cycles, and interrupts as one bit a vector.
 *
 * Pages and figures in this folder are those of the ATmega328P data sheet (Atmel-7810D-AVR-01/15). Convention for
 * cycles: an instruction of n cycles begun at cycle c completes at c + n. A write takes effect at completion; a read
 * sees the state at the start of the instruction's last cycle.
 */
import { avrInstruction, CPU } from 'avr8js';
import { ClockEvents } from './clock-events.ts';

/** From the instruction boundary to the first instruction at the vector (6.7.1, page 15). */
const INTERRUPT_RESPONSE_CYCLES = 4;
/** avr8js counts 2 of these; the core does the entry itself. Waking from idle adds as many again (page 15 and 39). */
const WAKE_CYCLES = 4;
const SRAM_BYTES = 2048;
const SREG = 0x5f;
const SREG_I = 0x80;
const SMCR = 0x53;
const SMCR_SE = 0x01;
const SMCR_MODE = 0x0e;
const SLEEP = 0x9588;

/** avr8js describes an interrupt by its vector and the bits of its flag and its enable. */
type InterruptBits = Parameters<CPU['queueInterrupt']>[0];

export interface Interrupt extends InterruptBits {
  /** Called when the hardware has cleared the flag because the vector is being executed. */
  readonly served?: () => void;
}

type State = 'running' | 'sleeping' | 'held';

export class Core extends CPU {
  readonly events = new ClockEvents();
  /** `held`: the application does not run (the bootloader does); only clock events pass. */
  state: State = 'running';
  #stopRequested = false;
  /** The I flag as it stood before the last instruction: one instruction runs after SEI and RETI (page 11 and 14). */
  #interruptible = 0;
  #pending = 0;
  readonly #interrupts: (Interrupt | undefined)[] = [];

  constructor(flash: Uint16Array) {
    super(flash, SRAM_BYTES);
  }

  /** For write hooks: the cycle at which the writing instruction completes. OUT takes one cycle, SBI, CBI, ST and STS two. */
  get writeCycle(): number {
    return this.cycles + ((this.progMem[this.pc]! & 0xf800) === 0xb800 ? 1 : 2);
  }

  stop(): void {
    this.#stopRequested = true;
  }

  /** Runs to the first instruction boundary at or after `limit`, or until `stop()`. An asleep core stops exactly there. */
  run(limit: number): void {
    const { data, progMem, events } = this;
    this.#stopRequested = false;
    while (this.cycles < limit && !this.#stopRequested) {
      if (events.nextDue <= this.cycles) {
        events.runDue(this.cycles);
        if (this.#stopRequested) return;
      }
      if (this.state !== 'running') {
        if (this.state === 'sleeping' && this.#pending !== 0 && data[SREG]! & SREG_I) {
          this.state = 'running';
          this.cycles += WAKE_CYCLES;
        } else {
          this.cycles = Math.max(this.cycles, Math.min(limit, events.nextDue));
        }
        continue;
      }
      if (this.#pending !== 0 && this.#interruptible & data[SREG]! & SREG_I) {
        this.#enterInterrupt();
        continue;
      }
      this.#interruptible = data[SREG]!;
      const opcode = progMem[this.pc]!;
      avrInstruction(this);
      // CBI takes two cycles (page 282); avr8js counts one.
      if ((opcode & 0xff00) === 0x9800) this.cycles++;
      else if (opcode === SLEEP && data[SMCR]! & SMCR_SE) this.#sleep();
    }
    // Whoever looks at the board now sees what has happened up to now.
    if (events.nextDue <= this.cycles) events.runDue(this.cycles);
  }

  /** Starts from the reset vector. The I/O registers are cleared already; r0 to r31 and SRAM keep their values (8.3). */
  restart(): void {
    this.events.clearInternal();
    this.#pending = 0;
    this.#interruptible = 0;
    this.state = 'running';
    this.pc = 0;
    this.SP = this.data.length - 1;
  }

  override queueInterrupt(interrupt: Interrupt): void {
    const vector = interrupt.address >> 1;
    this.#interrupts[vector] = interrupt;
    this.#pending |= 1 << vector;
  }

  override clearInterrupt(interrupt: Interrupt, clearFlag = true): void {
    if (clearFlag) this.data[interrupt.flagRegister]! &= ~interrupt.flagMask;
    this.#pending &= ~(1 << (interrupt.address >> 1));
  }

  #enterInterrupt(): void {
    const { data, pc } = this;
    const interrupt = this.#interrupts[31 - Math.clz32(this.#pending & -this.#pending)]!;
    const sp = this.SP;
    data[sp] = pc & 0xff;
    data[sp - 1] = pc >> 8;
    this.SP = sp - 2;
    data[SREG]! &= ~SREG_I;
    this.cycles += INTERRUPT_RESPONSE_CYCLES;
    this.pc = interrupt.address;
    if (interrupt.constant) return;
    this.clearInterrupt(interrupt);
    interrupt.served?.();
  }

  #sleep(): void {
    if (this.data[SMCR]! & SMCR_MODE) {
      throw new Error(
        `The firmware went into sleep mode ${(this.data[SMCR]! & SMCR_MODE) >> 1}. The emulated board knows idle (0) only: ` +
          'the deeper modes stop the timer that stamps every edge. Use SLEEP_MODE_IDLE.',
      );
    }
    this.state = 'sleeping';
  }
}
