/** Weight and water of an animal by day, for its curve. */
import type { Animal } from '#data/animal-room/animals.ts';
import { type WaterOfDay, waterByDay } from '#data/animal-room/water.ts';
import { type Restriction, restrictionOn, weightsOf } from '#data/animal-room/weights.ts';
import type { RecordDatabase } from '#data/open.ts';
import { bodyShare, needUl } from '#protocols/animal-care.ts';

export interface CareDay {
  /** YYYY-MM-DD. */
  readonly day: string;
  /** The last one of the day, implant included; null: not weighed. */
  readonly grams: number | null;
  /** Of the reference; null: not weighed, or on no restriction. */
  readonly share: number | null;
  readonly warnShare: number | null;
  readonly stopShare: number | null;
  readonly earnedUl: number;
  readonly freeUl: number;
  readonly byHandUl: number;
  readonly freeAccess: boolean;
  /** By the day's weight; null: not weighed, or on no restriction. */
  readonly needUl: number | null;
}

/** Looked back: what a page can show. */
const DAYS_BACK = 90;

/** Days with a weight or with water, oldest first. */
export function careDays(db: RecordDatabase, animal: Animal, day: string): CareDay[] {
  const from = new Date(Date.parse(`${day}T12:00:00Z`) - DAYS_BACK * 86_400_000).toISOString().slice(0, 10);
  const grams = new Map(
    weightsOf(db, animal.id).flatMap(({ measuredAt, grams: each }) => {
      const on = measuredAt.slice(0, 10);
      return on >= from && on <= day ? [[on, each] as const] : [];
    }),
  );
  const water = new Map<string, WaterOfDay[]>();
  for (const entry of waterByDay(db, animal.id, from, day)) {
    water.set(entry.day, [...(water.get(entry.day) ?? []), entry]);
  }
  const days = [...new Set([...grams.keys(), ...water.keys()])].sort();
  return days.map((each) =>
    careDay(animal, each, restrictionOn(db, animal.id, each), grams.get(each) ?? null, water.get(each) ?? []),
  );
}

function careDay(
  { implantWeightG }: Animal,
  day: string,
  restriction: Restriction | null,
  grams: number | null,
  water: readonly WaterOfDay[],
): CareDay {
  const implant = implantWeightG ?? 0;
  const of = (kind: WaterOfDay['kind']) => water.find((entry) => entry.kind === kind);
  const known = restriction !== null && grams !== null;
  return {
    day,
    grams,
    share: known ? bodyShare(grams, restriction.referenceWeightG, implant) : null,
    warnShare: restriction?.warnFraction ?? null,
    stopShare: restriction?.stopFraction ?? null,
    earnedUl: of('earned')?.ul ?? 0,
    freeUl: of('free')?.ul ?? 0,
    byHandUl: of('byHand')?.ul ?? 0,
    freeAccess: of('freeAccess') !== undefined,
    needUl: known ? needUl(grams, implant, restriction.needMlPerG) : null,
  };
}
