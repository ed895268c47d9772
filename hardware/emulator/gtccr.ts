/**
 * GTCCR, which restarts the two prescalers (data sheet 17.4.1, 18.11.9): one shared by Timer0 and Timer1, one of Timer2.
 */
import type { Core } from './core.ts';

const GTCCR = 0x43;
const TSM = 0x80;
const PSRASY = 0x02;
const PSRSYNC = 0x01;

interface Prescaled {
  restartPrescaler(cycle: number): void;
}

export function attachGtccr(core: Core, shared: readonly Prescaled[], own: Prescaled): void {
  core.writeHooks[GTCCR] = (value) => {
    if (value & TSM) throw new Error('GTCCR.TSM (timers held for synchronisation) is not part of the emulated board.');
    const cycle = core.writeCycle;
    if (value & PSRSYNC) for (const timer of shared) timer.restartPrescaler(cycle);
    if (value & PSRASY) own.restartPrescaler(cycle);
    return true;
  };
}
