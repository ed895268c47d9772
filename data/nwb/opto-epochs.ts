/** /intervals/opto_epochs: one row a trial with light, from the instant its line went on to the one it went off. */
import type { LitTrial } from './opto.ts';
import { table } from './table.ts';
import type { Group } from './tree.ts';

export function optoEpochs(lit: readonly LitTrial[], simulated: boolean): Group {
  const values = <T>(value: (trial: LitTrial) => T) => lit.map(value);
  return table(
    'TimeIntervals',
    `${simulated ? 'SIMULATED. ' : ''}Opto light of trials, and the masking flash of trials that had it alone, as commanded. A trial for which light was asked and which ended before it came has no row.`,
    {
      start_time: {
        kind: 'seconds',
        description: 'Line commanded on.',
        values: values(({ fromS }) => fromS),
      },
      stop_time: {
        kind: 'seconds',
        description: 'Line commanded off. The ramp down comes after it.',
        values: values(({ toS }) => toS),
      },
      trial: {
        kind: 'count',
        description: 'Number of the trial, as in its table.',
        values: values(({ trial }) => trial),
      },
      from_epoch: {
        kind: 'text',
        description: 'First epoch under light, as asked.',
        values: values(({ light }) => light.from),
      },
      to_epoch: {
        kind: 'text',
        description: 'Last epoch under light, inclusive.',
        values: values(({ light }) => light.to),
      },
      sham: {
        kind: 'text',
        description:
          'Empty: real light. maskOnly: the masking flash alone, in a control trial. uncoupled: the fibre was not joined to the animal.',
        values: values(({ light }) => light.sham),
      },
      waveform: {
        kind: 'text',
        description: 'constant, square or sine.',
        values: values(({ light }) => light.waveform),
      },
      frequency: {
        kind: 'number',
        description: 'Hertz; of square and sine.',
        values: values(({ light }) => light.frequencyHz),
      },
      duty_fraction: {
        kind: 'number',
        description: 'Share of the period that is on; of square.',
        values: values(({ light }) => light.dutyFraction),
      },
      drive: {
        kind: 'number',
        description: 'Drive of the light at its peak, 0 to 1; 0: masking flash alone.',
        values: values(({ light }) => light.drive),
      },
      power_mw: {
        kind: 'number',
        description: 'Milliwatts at the fibre tip at the peak, by the calibration; without one the power is unknown.',
        values: values(({ light }) => light.powerMw),
      },
      ramp_ms: {
        kind: 'number',
        description: 'Milliseconds from the line going off to darkness.',
        values: values(({ light }) => light.rampMs),
      },
      ramp_side: {
        kind: 'text',
        description: "inside: the ramp ends at the last epoch's edge; outside: it begins there; empty: no ramp.",
        values: values(({ light }) => light.rampSide),
      },
      masked: {
        kind: 'flag',
        description: 'The masking flash was shown.',
        values: values(({ light }) => Number(light.masked)),
      },
      site: {
        kind: 'text',
        description: 'Name of the site in general/optogenetics; empty: masking flash alone.',
        values: values(({ site }) => site),
      },
    },
  );
}
