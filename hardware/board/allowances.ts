/**
 * Allowances: what the board's envelope lets through in a session or over a time, whatever program runs. Water is a sum
 * that the host loads when arming; light is a share of time, which comes back as time passes.
 *
 * The board counts in units of 1.024 ms (hardware/firmware/rehearsal/outputs.c).
 */
import { lineFlags } from '../link/declaration.ts';
import type { HostLink } from '../link/host-link.ts';
import type { RigFile } from '../rig-file.ts';

const WATER = 0;
const LIGHT = 1;
const COARSE_MS = 1.024;
/** Water is counted in tenths of a nanolitre, so that a slow valve's flow still has three digits. */
const WATER_UNITS_PER_UL = 10_000;
/** A light that is on draws this in 1.024 ms. */
const LIGHT_COST = 1000;

const drawing = (allowance: number) => lineFlags.LINE_DRAWS.value | (allowance << 4);

/** What a line draws, as the `output` command says it: bits of its flags, and its cost. */
export function drawOf({ flowUlPerS, duty }: RigFile['outputs'][number]): { draws: number; cost: number } {
  if (flowUlPerS !== null) {
    return { draws: drawing(WATER), cost: Math.round((flowUlPerS / 1000) * COARSE_MS * WATER_UNITS_PER_UL) };
  }
  return duty === null ? { draws: 0, cost: 0 } : { draws: drawing(LIGHT), cost: LIGHT_COST };
}

/** @throws RigError when the board refuses. */
export async function fillWater(link: HostLink, waterUl: number): Promise<void> {
  const water = Math.max(0, Math.floor(waterUl * WATER_UNITS_PER_UL));
  await link.order('allow', { index: WATER, left: water, capacity: water, refill: 0 });
}

/** `leftMs`: for how long light may still be on at once. @throws RigError when the board refuses. */
export async function fillLight(link: HostLink, file: RigFile, leftMs: number): Promise<void> {
  const duty = dutyOf(file);
  if (duty === null) return;
  const refill = Math.round(LIGHT_COST * duty.fraction);
  const units = (ms: number) => Math.round((ms * LIGHT_COST) / COARSE_MS);
  const capacity = units(lightCapacityMs(file));
  // With nothing at all left the board would keep the line shut for the whole session.
  const left = Math.min(capacity, Math.max(1, units(leftMs)));
  await link.order('allow', { index: LIGHT, left, capacity, refill });
}

/** All light lines draw on one allowance: the first one's. Null: the rig has no light. */
export function dutyOf(file: RigFile): RigFile['outputs'][number]['duty'] {
  return file.outputs.find(({ duty }) => duty !== null)?.duty ?? null;
}

/** What the light's allowance holds when it is full. */
export function lightCapacityMs(file: RigFile): number {
  const duty = dutyOf(file);
  return duty === null ? 0 : duty.overS * 1000 * duty.fraction;
}

/** Tenths of a nanolitre, as `hello` reports them. */
export function ulOfWaterUnits(units: number): number {
  return units / WATER_UNITS_PER_UL;
}
