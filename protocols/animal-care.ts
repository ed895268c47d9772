/**
 * The arithmetic of water restriction. Weights are as read on the scale, implant included; shares and needs are of the
 * body alone: percent = (weight - implant) / (reference - implant). Pure.
 */

/** Usual daily need of a mouse on restriction, ml per gram of body (International Brain Laboratory, eLife 2021;10:e63711). */
export const NEED_ML_PER_G = 0.04;

/** A weight that differs by more than this share from the last one is asked about before it is taken. */
const QUESTIONED_SHARE = 0.1;

/** Days in a row, each lighter than the one before, that alarm; together they must lose at least FALL_SHARE. */
const FALL_DAYS = 3;
const FALL_SHARE = 0.03;

/** Share of the reference weight, implant taken off both. */
export function bodyShare(grams: number, referenceGrams: number, implantGrams: number): number {
  return (grams - implantGrams) / (referenceGrams - implantGrams);
}

/** Microlitres a day. */
export function needUl(grams: number, implantGrams: number, needMlPerG: number): number {
  return (grams - implantGrams) * needMlPerG * 1000;
}

/** Is it likelier a slip of the pen, or another animal? `before`: the last weight, null for the first. */
export function isQuestionable(grams: number, before: number | null): boolean {
  return before !== null && Math.abs(grams - before) / before > QUESTIONED_SHARE;
}

/** Did the animal lose weight day after day? `daily`: one weight a day, the newest last. */
export function isFalling(daily: readonly number[]): boolean {
  const last = daily.slice(-FALL_DAYS - 1);
  if (last.length <= FALL_DAYS) return false;
  const falls = last.every((grams, day) => day === 0 || grams < last[day - 1]!);
  return falls && 1 - last.at(-1)! / last[0]! >= FALL_SHARE;
}
