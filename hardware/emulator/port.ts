/**
 * One digital I/O port: PINx, DDRx, PORTx, the pads behind them and the synchroniser in front of PINx (chapter 14).
 * A pad nobody drives reads its pull-up when PORTx switches it on, else low, as with a pull-down outside.
 */
import type { Core } from './core.ts';
import type { PortName } from './pins.ts';

/** An edge at a clock edge shows in PINx one cycle later: hence the `nop` between OUT and IN (14.2.4, figure 14-4). */
const PIN_SYNC_CYCLES = 1;
/** PINx; DDRx and PORTx follow it. */
const PIN_ADDRESS: Record<PortName, number> = { B: 0x23, C: 0x26, D: 0x29 };

export interface PortListener {
  /** The levels this port drives have changed; inputs count as low. */
  outputsChanged(port: PortName, levels: number, cycle: number): void;
  /** Pads have changed, driven from within or from outside. */
  padsChanged(port: PortName, changed: number, levels: number, cycle: number): void;
}

export class Port {
  readonly name: PortName;
  readonly #core: Core;
  readonly #pin: number;
  readonly #listener: PortListener;
  #external = 0;
  #driven = 0;
  #outputs = 0;
  #pads = 0;
  /** The pads before their last change, and the cycle of that change. */
  #padsBefore = 0;
  #changedAt = -Infinity;
  /** Pads a compare unit drives in the place of PORTx, and their levels. */
  #timerPins = 0;
  #timerLevels = 0;

  constructor(core: Core, name: PortName, listener: PortListener) {
    this.#core = core;
    this.name = name;
    this.#listener = listener;
    const pin = PIN_ADDRESS[name];
    this.#pin = pin;
    core.readHooks[pin] = () => (core.cycles >= this.#changedAt + PIN_SYNC_CYCLES ? this.#pads : this.#padsBefore);
    core.writeHooks[pin] = (value, _old, _address, mask) => {
      // Writing a one to PINx toggles PORTx, whatever DDRx says (14.2.2).
      core.data[pin + 2]! ^= value & mask;
      this.#update(core.writeCycle);
      return true;
    };
    for (const address of [pin + 1, pin + 2]) {
      core.writeHooks[address] = (value) => {
        core.data[address] = value;
        this.#update(core.writeCycle);
        return true;
      };
    }
  }

  /** Something outside drives the pad from now on. */
  drive(bit: number, level: boolean, cycle: number): void {
    const mask = 1 << bit;
    this.#driven |= mask;
    this.#external = level ? this.#external | mask : this.#external & ~mask;
    this.#update(cycle);
  }

  /** The chip was reset: DDRx and PORTx are cleared already, all pads are inputs. */
  reset(cycle: number): void {
    this.#timerPins = 0;
    this.#timerLevels = 0;
    this.#update(cycle);
  }

  /** A compare unit takes the pad and drives this level from `cycle` on, or gives it back (null). */
  override(bit: number, level: boolean | null, cycle: number): void {
    const mask = 1 << bit;
    this.#timerPins = level === null ? this.#timerPins & ~mask : this.#timerPins | mask;
    this.#timerLevels = level ? this.#timerLevels | mask : this.#timerLevels & ~mask;
    this.#update(cycle);
  }

  #update(cycle: number): void {
    const ddr = this.#core.data[this.#pin + 1]!;
    const port = this.#core.data[this.#pin + 2]!;
    const outputs = ((port & ~this.#timerPins) | (this.#timerLevels & this.#timerPins)) & ddr;
    const inputs = (this.#external & this.#driven) | (port & ~this.#driven);
    const pads = outputs | (inputs & ~ddr);
    const changed = pads ^ this.#pads;
    if (changed !== 0) {
      if (cycle > this.#changedAt) {
        this.#padsBefore = this.#pads;
        this.#changedAt = cycle;
      } else if (cycle < this.#changedAt) {
        // An outside edge in the middle of a two-cycle write, which stamped its own change at its end already.
        this.#padsBefore ^= changed;
      }
      this.#pads = pads;
    }
    if (outputs !== this.#outputs) {
      this.#outputs = outputs;
      this.#listener.outputsChanged(this.name, outputs, cycle);
    }
    if (changed !== 0) this.#listener.padsChanged(this.name, changed, pads, cycle);
  }
}
