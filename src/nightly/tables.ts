/** The numbers of a night as tables, one row a thing, in full precision: for the CSV files, and the same in the JSON. */
import type { Measures } from '#protocols/measures.ts';
import type { Alarm } from '../summaries/alarms.ts';
import type { RigSummary } from '../summaries/rig.ts';
import type { SessionRow } from '../summaries/session-row.ts';
import type { SubjectSummary } from '../summaries/subject.ts';

type Value = string | number | boolean | null;
export type TableRow = Readonly<Record<string, Value>>;

/** By name of their files. */
export const tableNames = ['sessions', 'pairs', 'light', 'subjects', 'rigs', 'alarms'] as const;
export type TableName = (typeof tableNames)[number];

type Rows = Readonly<Partial<Record<TableName, readonly TableRow[]>>>;

/** One animal: itself, its sessions up to the day, their pairs and their light. */
export function subjectTables(summary: SubjectSummary): Rows {
  const { sessions } = summary;
  return {
    sessions: sessions.map(sessionTableRow),
    pairs: sessions.flatMap(pairRows),
    light: sessions.flatMap(lightRows),
    subjects: [subjectTableRow(summary)],
  };
}

export function rigTables({ rig, sessions }: RigSummary): Rows {
  return {
    rigs: sessions.map((line) => ({
      rig: rig.name,
      simulated: rig.simulated,
      session: line.session,
      startedAt: line.startedAt,
      subjectId: line.subjectId,
      subject: line.subject,
      trials: line.trials,
      grade: line.grade,
      certificate: line.certificate,
      clockPpm: line.clockPpm,
      driftPpmPerMin: line.driftPpmPerMin,
      worstLickToValveUs: line.worstLickToValveUs,
      lostEvents: line.lostEvents,
      faults: line.faults,
    })),
  };
}

export function alarmTables(alarms: readonly Alarm[], day: string, simulated: boolean): Rows {
  return {
    alarms: alarms.map(({ kind, subject, rig, text }) => ({
      day,
      simulated,
      kind,
      subjectId: subject,
      rigId: rig,
      text,
    })),
  };
}

function sessionTableRow(row: SessionRow): TableRow {
  const { control, whole } = row;
  return {
    session: row.session,
    subjectId: row.subjectId,
    subject: row.subject,
    number: row.number,
    day: row.day,
    startedAt: row.startedAt,
    endedAt: row.endedAt,
    endReason: row.endReason,
    rig: row.rig,
    task: row.task,
    ladder: row.ladder,
    stage: row.stage,
    kind: row.kind,
    agent: row.agent,
    dose: row.dose,
    offTask: row.offTask,
    counts: row.counts,
    notCounted: row.notCounted,
    excluded: row.excluded,
    apart: row.apart.join('+'),
    expertDay: row.expertDay,
    trials: row.trials,
    lastEngagedTrial: row.lastEngagedTrial,
    controlTrials: control.n,
    ...measureFields(control),
    wholeTrials: whole?.n ?? null,
    wholeBalancedAccuracy: whole?.balancedAccuracy ?? null,
    waterUl: row.waterUl,
    grade: row.grade,
    faults: row.faults,
  };
}

function measureFields(measures: Measures): TableRow {
  return {
    balancedAccuracy: measures.balancedAccuracy,
    balancedLow: measures.balanced95?.low ?? null,
    balancedHigh: measures.balanced95?.high ?? null,
    correctRate: measures.correctRate,
    hitRate: measures.hitRate,
    falseAlarmRate: measures.falseAlarmRate,
    dPrime: measures.dPrime,
    dPrimeLow: measures.dPrime95?.low ?? null,
    dPrimeHigh: measures.dPrime95?.high ?? null,
    dPrimeCeiling: measures.dPrimeCeiling,
    criterion: measures.criterion,
  };
}

function pairRows({ session, subjectId, subject, day, control, licks }: SessionRow): TableRow[] {
  return control.pairs.map(({ trialType, go, n, correct, correctRate, correct95, answerRate }) => {
    const tongue = licks.find((each) => each.trialType === trialType);
    return {
      session,
      subjectId,
      subject,
      day,
      pair: trialType,
      asks: go === null ? 'side' : go ? 'go' : 'no-go',
      controlTrials: n,
      correct,
      correctRate,
      correctLow: correct95.low,
      correctHigh: correct95.high,
      answerRate,
      delayLicksPerTrial: tongue === undefined ? null : tongue.delayLicks / tongue.trials,
      firstLickMs: tongue?.firstLickMs ?? null,
    };
  });
}

function lightRows({ session, subjectId, subject, day, light }: SessionRow): TableRow[] {
  return light.map(({ from, to, sham, measures, effect }) => ({
    session,
    subjectId,
    subject,
    day,
    from,
    to,
    sham,
    litTrials: measures.n,
    litBalancedAccuracy: measures.balancedAccuracy,
    effect,
  }));
}

function subjectTableRow({
  animal,
  day,
  status,
  sessions,
  earlier,
  today,
  change,
  care,
  tomorrow,
  standing,
}: SubjectSummary): TableRow {
  const last = today.at(-1);
  return {
    subjectId: animal.id,
    subject: animal.name,
    simulated: animal.simulated === 1,
    day,
    status,
    ladder: standing?.ladder.name ?? null,
    stage: standing?.stage.name ?? null,
    expertDay: sessions.at(-1)?.expertDay ?? null,
    sessions: earlier + sessions.length,
    sessionsToday: today.length,
    balancedAccuracyToday: last?.control.balancedAccuracy ?? null,
    dPrimeToday: last?.control.dPrime ?? null,
    againstHistory: change.verdict,
    usual: change.usual,
    grams: care.weight?.grams ?? null,
    weightShare: care.share,
    givenUl: care.givenUl,
    dueUl: care.dueUl,
    tomorrow,
  };
}
