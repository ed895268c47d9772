/**
 * What an edge at a pad sets off: pin change interrupts PCINT0 to 23, external interrupts INT0 and INT1, and the input
 * capture of Timer1 (chapters 13 and 16.6). The low-level mode of INT0 and INT1 is refused: nothing here uses it.
 */
import { ClockEvent } from './clock-events.ts';
import type { Core, Interrupt } from './core.ts';
import type { PortName } from './pins.ts';

/**
 * From an edge at a clock edge to its flag: synchroniser, second register, edge detector (figure 13-1; for T1 and ICP1
 * the data sheet says 2.5 to 3.5 cycles, 17.3). avr8js counts none.
 */
const EDGE_FLAG_CYCLES = 3;
/** The noise canceller of the capture unit wants four equal samples (16.6.2). */
const NOISE_CANCELLER_CYCLES = 4;
const PCIFR = 0x3b;
const EIFR = 0x3c;
const EIMSK = 0x3d;
const PCICR = 0x68;
const EICRA = 0x69;
const PCMSK: Record<PortName, number> = { B: 0x6b, C: 0x6c, D: 0x6d };
const PC_BIT: Record<PortName, number> = { B: 0, C: 1, D: 2 };
const TCCR1B = 0x81;
const ICNC1 = 0x80;
const ICP1_BIT = 0x01;
const INT_BITS = [0x04, 0x08];

export class PinInterrupts {
  readonly #core: Core;
  readonly #pinChange: readonly Interrupt[];
  readonly #external: readonly Interrupt[];
  readonly #capture: (rising: boolean, cycle: number) => void;

  constructor(core: Core, capture: (rising: boolean, cycle: number) => void) {
    this.#core = core;
    this.#capture = capture;
    this.#pinChange = [0x06, 0x08, 0x0a].map((address, bit) => interruptOf(address, PCIFR, PCICR, 1 << bit));
    this.#external = [0x02, 0x04].map((address, bit) => interruptOf(address, EIFR, EIMSK, 1 << bit));
    this.#attach(PCIFR, PCICR, this.#pinChange);
    this.#attach(EIFR, EIMSK, this.#external);
  }

  /** The pads of a port have changed at `cycle`. */
  edge(port: PortName, changed: number, levels: number, cycle: number): void {
    const { data, events } = this.#core;
    if (changed & data[PCMSK[port]]!) {
      const interrupt = this.#pinChange[PC_BIT[port]]!;
      events.schedule(new ClockEvent(() => this.#core.setInterruptFlag(interrupt)), cycle + EDGE_FLAG_CYCLES);
    }
    if (port === 'B' && changed & ICP1_BIT) {
      const delay = EDGE_FLAG_CYCLES + (data[TCCR1B]! & ICNC1 ? NOISE_CANCELLER_CYCLES : 0);
      events.schedule(new ClockEvent((at) => this.#capture((levels & ICP1_BIT) !== 0, at)), cycle + delay);
    }
    if (port !== 'D') return;
    for (const [index, bit] of INT_BITS.entries()) {
      if (!(changed & bit) || !(data[EIMSK]! & (1 << index))) continue;
      const sense = (data[EICRA]! >> (2 * index)) & 3;
      if (sense === 0) {
        throw new Error(`INT${index} is set to interrupt on low level; the emulated board knows its edge modes only.`);
      }
      if (sense === 1 || (sense === 3) === ((levels & bit) !== 0)) {
        const interrupt = this.#external[index]!;
        events.schedule(new ClockEvent(() => this.#core.setInterruptFlag(interrupt)), cycle + EDGE_FLAG_CYCLES);
      }
    }
  }

  #attach(flags: number, enables: number, interrupts: readonly Interrupt[]): void {
    const { data, writeHooks } = this.#core;
    // SBI on a flag register clears the one flag only (register summary, note 3, page 428): hence the mask.
    writeHooks[flags] = (value, _old, _address, mask) => {
      for (const interrupt of interrupts) this.#core.clearInterruptByFlag(interrupt, value & mask);
      return true;
    };
    writeHooks[enables] = (value) => {
      data[enables] = value;
      for (const interrupt of interrupts) this.#core.updateInterruptEnable(interrupt, value);
      return true;
    };
  }
}

function interruptOf(address: number, flagRegister: number, enableRegister: number, mask: number): Interrupt {
  return { address, flagRegister, flagMask: mask, enableRegister, enableMask: mask };
}
