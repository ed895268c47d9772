/**
 * Columns of /intervals/trials: those of the view trials_wide, one for one, but that what it tells in milliseconds from
 * the trial's start is told on the session's clock, and what is the same in all trials of a session stands elsewhere in the
 * file (./provenance.ts).
 */

import type { WideTrial } from './source.ts';
import type { Column, Columns } from './table.ts';

/** A trial as the columns take it. */
export interface TrialSource {
  readonly wide: WideTrial;
  readonly startS: number;
  readonly stopS: number;
  /** From milliseconds after its start to seconds since session start. */
  at(ms: number): number;
}

interface Spec {
  readonly kind: Column['kind'];
  readonly description: string;
  readonly value: (trial: TrialSource) => string | number | null;
}

/** As the view has it. */
function same(kind: Column['kind'], column: string, description: string): readonly [string, Spec] {
  return [column, { kind, description, value: ({ wide }) => wide[column]! }];
}

/** `ms`: columns of the view whose sum is the time from the trial's start. */
function moment(name: string, ms: readonly string[], description: string): readonly [string, Spec] {
  const value = ({ wide, at }: TrialSource) => {
    const parts = ms.map((column) => wide[column] as number | null);
    return parts.includes(null) ? null : at(parts.reduce<number>((sum, part) => sum + part!, 0));
  };
  return [name, { kind: 'moment', description, value }];
}

const number = same.bind(null, 'number');
const words = same.bind(null, 'text');
const flag = same.bind(null, 'flag');

const specs: readonly (readonly [string, Spec])[] = [
  ['start_time', { kind: 'seconds', description: 'Start of the trial.', value: ({ startS }) => startS }],
  ['stop_time', { kind: 'seconds', description: 'Its end.', value: ({ stopS }) => stopS }],
  same('count', 'trial', '1, 2, 3 ... in the session.'),
  words('pair', 'The pair of odours, e.g. A-C.'),
  words('asks', 'go: an answer earns water; no-go: it earns none; side: one of two spouts is right.'),
  words('odour1', 'Letter of the first odour in the task; where no vials are entered, of its valve.'),
  words('odour2', 'The same of the second odour.'),
  words('odorant1', 'Substance behind the first odour; empty also where no vials are entered.'),
  words('odorant2', 'The same of the second odour.'),
  words('valve1', 'Output line of the first valve.'),
  words('valve2', 'Output line of the second valve.'),
  words(
    'outcome',
    'hit, miss, falseAlarm, correctRejection, correct, error, noResponse or early; empty: not completed.',
  ),
  words('end_reason', 'Why the trial ended; only a completed one has an outcome.'),
  flag('scored', 'It counts in every measure.'),
  words('not_scored', 'Why it does not: aborted, assisted, correction, probe, blank or excluded.'),
  flag('engaged', 'It is in the span in which the animal was engaged.'),
  words('excluded', 'Uses that it is left out of (behaviour, imaging, opto), joined by commas.'),
  flag('assisted', 'Free water was on offer.'),
  flag('correction', 'It repeats a trial after an error.'),
  flag('probe', 'Probe or blank: without odours, or with solvent in all vials.'),
  moment('odour1_time', ['odour1_ms'], 'First odour valve commanded open.'),
  moment('odour2_time', ['odour2_ms'], 'Second odour valve commanded open.'),
  moment('choice_time', ['choice_ms'], 'The choice period begins.'),
  moment('water_time', ['water_ms'], 'Water valve commanded open, for the first time in the trial.'),
  number('water_ul', 'Microlitres commanded in the trial, by the calibration used.'),
  moment('first_lick_time', ['choice_ms', 'first_lick_choice_ms'], 'First lick after the start of the choice period.'),
  number('first_lick_odour2_ms', 'Milliseconds from the onset of odour 2 to the first lick after it.'),
  number('first_lick_choice_ms', 'Milliseconds from the start of the choice period to the first lick after it.'),
  number('licking_at_choice', '1: the tongue was on a spout when the choice period began, 0: it was not.'),
  number('licks_baseline', 'Lick onsets in the baseline.'),
  number('licks_odour1', 'Lick onsets in the first odour.'),
  number('licks_early_delay', 'Lick onsets in the early delay.'),
  number('licks_late_delay', 'Lick onsets in the late delay.'),
  number('licks_odour2', 'Lick onsets in the second odour.'),
  number('licks_choice', 'Lick onsets in the choice period.'),
  number('licks_consumption', 'Lick onsets in the consumption period.'),
  words('light', 'control, light, or sham: light that did not reach the brain.'),
  words('opto_from', 'First epoch under opto light, as asked.'),
  words('opto_to', 'Last epoch under opto light, inclusive.'),
  number('opto_mw', 'Peak power at the fibre tip in milliwatts; NaN also where the light is not calibrated.'),
  words('opto_waveform', 'constant, square or sine.'),
  number('opto_frequency_hz', 'Of square and sine.'),
  number('opto_drive', 'Drive of the light at its peak, 0 to 1.'),
  moment('opto_on_time', ['opto_on_ms'], 'Opto line commanded on.'),
  moment('opto_off_time', ['opto_off_ms'], 'Opto line commanded off; the ramp down that follows is not included.'),
  number('first_frame', "First frame of the microscope in the trial: a value of frame_clock's data."),
  number('last_frame', 'Last frame of the microscope in the trial.'),
  same('count', 'clock_segment', 'Power-up of the board whose clock stamped the trial.'),
  number('ticks_per_ms', "Ticks of the board's clock a millisecond at which the trial's durations were bound."),
  words('verdict', 'Replay of the trial against its chart: consistent or departs; empty: not judged yet.'),
];

export function trialColumns(trials: readonly TrialSource[]): Columns {
  return Object.fromEntries(
    specs.map(([name, { kind, description, value }]) => [
      name,
      { kind, description, values: trials.map(value) } as Column,
    ]),
  );
}
