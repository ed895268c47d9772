/**
 * The rig file as a session uses it: with the calibrations that count, the vials that are mounted, and no more water than
 * the animal may still get. This copy stands in the record, so that whatever is computed later uses the same.
 */
import { type LineCalibration, steepest } from '#hardware/calibration.ts';
import { type Loaded, parseRigFile, type RigFile } from '#hardware/rig-file.ts';
import { UsageError } from '../usage-error.ts';

export interface SessionUse {
  /** By line. */
  readonly calibrations?: ReadonlyMap<string, LineCalibration>;
  /** Null: a letter is its line. */
  readonly loaded?: Loaded | null;
  /** Microlitres; null: as the rig file says. */
  readonly mostUl?: number | null;
  /** Nobody is in the rig: care and calibration may take more water than an animal may get. */
  readonly noAnimal?: boolean;
}

/** The board shuts a valve whose water is spent up to two of its units of 1.024 ms late (docs/decisions/0011-allowances.md). */
const SPENT_LATE_MS = 2.1;
/** As a rig file may say at most (hardware/rig-file-schema.ts). */
const MOST_UL = 20_000;
/** What a rig file may say of a flow. */
const FLOW_LIMITS = { least: 1, most: 1000 };

/** @throws UsageError where the animal may get less than the board can measure out */
export function asUsed(
  file: RigFile,
  { calibrations = new Map(), loaded = null, mostUl = null, noAnimal = false }: SessionUse,
): RigFile {
  if (noAnimal) return withWater(file, MOST_UL);
  const calibrated = calibrations.size === 0 && loaded === null ? file : withMeasured(file, calibrations, loaded);
  return withAllowance(calibrated, mostUl);
}

function withMeasured(
  file: RigFile,
  calibrations: ReadonlyMap<string, LineCalibration>,
  loaded: Loaded | null,
): RigFile {
  const text = JSON.parse(file.text) as { lines: Record<string, { flowUlPerS?: number }> };
  for (const [name, calibration] of calibrations) {
    const line = text.lines[name]!;
    const perS = Math.ceil(steepest(calibration) * 10_000) / 10;
    const flow =
      line.flowUlPerS === undefined
        ? {}
        : { flowUlPerS: Math.min(Math.max(perS, FLOW_LIMITS.least), FLOW_LIMITS.most) };
    text.lines[name] = { ...line, ...flow, ...{ calibration } };
  }
  return parseRigFile(JSON.stringify({ ...text, ...(loaded === null ? {} : { loaded }) }, null, 2), file.name);
}

function withAllowance(file: RigFile, mostUl: number | null): RigFile {
  if (mostUl === null) return file;
  const fastest = Math.max(0, ...file.outputs.map(({ flowUlPerS }) => flowUlPerS ?? 0));
  const loadedUl = Math.floor((mostUl - (fastest * SPENT_LATE_MS) / 1000) * 1000) / 1000;
  if (loadedUl >= file.waterPerSessionUl) return file;
  if (loadedUl < 1) {
    throw new UsageError(
      `The animal may still get ${Number(mostUl.toFixed(1))} ul from rigs today, less than the valves of ${file.name} can measure out. Nothing was started. Run it tomorrow.`,
    );
  }
  return withWater(file, loadedUl);
}

function withWater(file: RigFile, waterPerSessionUl: number): RigFile {
  return parseRigFile(JSON.stringify({ ...JSON.parse(file.text), waterPerSessionUl }, null, 2), file.name);
}
