/**
 * The 1 KB EEPROM (data sheet 8.4 and 8.6). A write takes its 3.4 ms and ends even when the chip is reset meanwhile.
 */
import { ClockEvent } from './clock-events.ts';
import type { Core, Interrupt } from './core.ts';

export const EEPROM_BYTES = 1024;

const EECR = 0x3f;
const EEDR = 0x40;
const EEARL = 0x41;
const EEARH = 0x42;
const EERE = 0x01;
const EEPE = 0x02;
const EEMPE = 0x04;
const EERIE = 0x08;
const EEPM0 = 0x10;
const EEPM1 = 0x20;
const WRITE_WINDOW_CYCLES = 4;
/** The CPU halts after a read and after the start of a write (8.6.3). */
const READ_HALT_CYCLES = 4;
const WRITE_HALT_CYCLES = 2;
/** Table 8-1, at 16 MHz: 3.4 ms for erase and write, 1.8 ms for either alone. */
const ERASE_WRITE_CYCLES = 54_400;
const HALF_CYCLES = 28_800;

export class Eeprom {
  readonly #core: Core;
  readonly #bytes: Uint8Array;
  /** External: programming goes on through a reset. */
  readonly #done = new ClockEvent(() => this.#core.setInterruptFlag(this.#ready), true);
  /** EE_READY stays requested as long as no write is going on. */
  readonly #ready: Interrupt = {
    address: 0x2c,
    flagRegister: EECR,
    flagMask: EEPE,
    enableRegister: EECR,
    enableMask: EERIE,
    constant: true,
    inverseFlag: true,
  };
  #writeUntil = -1;

  /** `bytes` (1,024 of them) are the cells themselves: they are read and written in place. */
  constructor(core: Core, bytes: Uint8Array) {
    this.#core = core;
    this.#bytes = bytes;
    const { data, readHooks, writeHooks } = core;
    readHooks[EECR] = () => (core.cycles < this.#writeUntil ? data[EECR]! : data[EECR]! & ~EEMPE);
    writeHooks[EECR] = (value) => {
      const cycle = core.writeCycle;
      const busy = data[EECR]! & EEPE;
      const enabled = cycle <= this.#writeUntil;
      const mode = busy ? data[EECR]! : value;
      data[EECR] = busy | (mode & (EEPM0 | EEPM1)) | (value & (EERIE | EEMPE));
      core.updateInterruptEnable(this.#ready, value);
      const address = (((data[EEARH]! & 0x03) << 8) | data[EEARL]!) % EEPROM_BYTES;
      if (value & EEPE && enabled && !busy) this.#program(address, value);
      else if (value & EEMPE) this.#writeUntil = cycle + WRITE_WINDOW_CYCLES;
      if (value & EERE && !busy) {
        data[EEDR] = bytes[address]!;
        core.cycles += READ_HALT_CYCLES;
      }
      return true;
    };
  }

  /** The chip was reset: the control register is cleared already, a write under way shows in it again. */
  reset(): void {
    this.#writeUntil = -1;
    if (this.#done.queued) this.#core.data[EECR]! |= EEPE;
  }

  #program(address: number, mode: number): void {
    const core = this.#core;
    const value = core.data[EEDR]!;
    const erase = !(mode & EEPM1);
    const write = !(mode & EEPM0);
    if (erase) this.#bytes[address] = 0xff;
    if (write) this.#bytes[address]! &= value;
    this.#writeUntil = -1;
    core.data[EECR] = (core.data[EECR]! & ~EEMPE) | EEPE;
    core.clearInterrupt(this.#ready, false);
    core.events.schedule(this.#done, core.writeCycle + (erase && write ? ERASE_WRITE_CYCLES : HALF_CYCLES));
    core.cycles += WRITE_HALT_CYCLES;
  }
}
