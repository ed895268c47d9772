/**
 * What may be set of opto light: when it is on and in which share of the trials, how it shows, and the masking flash. Any
 * task with epochs can take these among its parameters. What is usual in the field: Hao 2021 (eLife 10:e66112; 40 Hz sine,
 * 100 ms ramp-down, masking flash in every trial).
 */
import { z } from 'zod';
import { type LightWave, planLight } from '#machines/light.ts';
import { type Epoch, epochs } from '#machines/vocabulary.ts';
import { parameterFacts, valueText } from './parameters.ts';

const usual = 'Hao 2021';

/** A square wave is on for half of its period. */
const SQUARE_DUTY = 0.5;

export const lightParameters = {
  optoEpoch: z.array(z.enum(epochs)).default([]).register(parameterFacts, {
    unit: 'none',
    source: 'ours (no light unless asked for); late delay and choice matter most in Bellafard 2024',
    description: 'The epochs under opto light, joined by +; a lit trial has light in one of them, each as often.',
  }),
  optoStartsAfterMs: z.int().min(0).max(30_000).default(0).register(parameterFacts, {
    unit: 'ms',
    source: 'ours; the whole epoch',
    description: "How much later than its epoch's start the light begins.",
  }),
  optoEndsBeforeMs: z.int().min(0).max(30_000).default(0).register(parameterFacts, {
    unit: 'ms',
    source: 'ours; the whole epoch',
    description: "How much earlier than its epoch's end the light is over.",
  }),
  optoSham: z.enum(['none', 'uncoupled']).default('none').register(parameterFacts, {
    unit: 'none',
    source: 'ours; real light',
    description:
      'uncoupled: the light is driven as always but its fibre is not joined to the animal; the record calls it sham.',
  }),
  optoShare: z.number().min(0).max(0.5).default(0).register(parameterFacts, {
    unit: 'share of trials',
    source: 'open; no light unless asked for (the field keeps to 0.25 at most)',
    description: 'The part of the trials under opto light, spread evenly over the pairs.',
  }),
  lightWaveform: z
    .enum(['constant', 'square', 'sine'])
    .default('sine')
    .register(parameterFacts, {
      unit: 'none',
      source: `open in Bellafard 2024; ${usual}`,
      description: 'How the light shows while it is on; a square wave is on for half of its period.',
    }),
  lightFrequencyHz: z.number().min(1).max(100).default(40).register(parameterFacts, {
    unit: 'Hz',
    source: usual,
    description: 'Periods a second of a square or sine; the board steps them once a millisecond.',
  }),
  lightAmplitude: z.number().min(0.01).max(1).default(1).register(parameterFacts, {
    unit: 'share of full power',
    source: "ours; full power, which is set at the light's driver",
    description: 'The light at its peak. Milliwatts at the fibre tip are a matter of calibration.',
  }),
  lightRampMs: z
    .int()
    .min(0)
    .max(1000)
    .default(100)
    .register(parameterFacts, {
      unit: 'ms',
      source: `${usual}; 100 to 500 ms are usual against rebound`,
      description: 'How long the light takes down to dark, in a straight line; it comes on without a ramp.',
    }),
  lightRampSide: z.enum(['inside', 'outside']).default('inside').register(parameterFacts, {
    unit: 'none',
    source: 'open; inside, so that no light falls into the next epoch',
    description: "Whether the ramp ends at the epoch's end (inside) or begins there (outside).",
  }),
  lightMask: z.boolean().default(false).register(parameterFacts, {
    unit: 'none',
    source: 'ours (a rig needs a line for it); usual in every trial of a session with light',
    description:
      'Whether the masking flash shows over the epoch in every trial, lit or not, like the light without ramp.',
  }),
};

export type LightSettings = z.output<z.ZodObject<typeof lightParameters>>;

/** Settings of light that contradict each other: whether, and a sentence with the remedy. */
export function lightConflicts(
  set: LightSettings,
  lengthMs: Readonly<Partial<Record<string, number>>>,
): [boolean, string][] {
  const { optoEpoch, optoShare, optoSham, lightMask, lightRampMs, optoStartsAfterMs, optoEndsBeforeMs } = set;
  const none = optoEpoch.length === 0;
  return [
    [optoShare > 0 && none, `optoShare (${optoShare}) needs an epoch to light: set optoEpoch, or optoShare=0.`],
    [
      lightMask && none,
      'lightMask needs an epoch to mask: set optoEpoch (and optoShare, for light), or lightMask=false.',
    ],
    [
      optoShare === 0 && !none && !lightMask,
      `optoEpoch=${valueText(optoEpoch)} would never be lit at optoShare=0: set optoShare (0.25 is usual), or optoEpoch=none.`,
    ],
    [
      optoSham !== 'none' && optoShare === 0,
      `optoSham=${optoSham} needs trials with light: set optoEpoch and optoShare, or optoSham=none.`,
    ],
    ...optoEpoch.flatMap((epoch): [boolean, string][] => {
      const lastsMs = lengthMs[epoch] ?? 0;
      const litMs = lastsMs - optoStartsAfterMs - optoEndsBeforeMs;
      return [
        [
          lastsMs === 0,
          `optoEpoch=${epoch} lasts 0 ms with these settings and cannot be lit: lengthen it, or light another epoch.`,
        ],
        [
          lastsMs > 0 && litMs <= 0,
          `optoStartsAfterMs (${optoStartsAfterMs} ms) and optoEndsBeforeMs (${optoEndsBeforeMs} ms) leave no light in optoEpoch=${epoch}, which lasts ${lastsMs} ms: lower them, or light a longer epoch.`,
        ],
        [
          litMs > 0 && lightRampMs >= litMs,
          `lightRampMs (${lightRampMs} ms) must be less than the light in optoEpoch=${epoch} lasts (${litMs} ms): shorten the ramp, or light a longer epoch.`,
        ],
      ];
    }),
  ];
}

/** What light one trial has: in which epoch, and whether it is on there or only masked; null: a session without any. */
export interface TrialLight {
  readonly epoch: Epoch;
  readonly on: boolean;
}

/** The light of one trial with its durations. */
export function lightOf<Durations extends Readonly<Record<`${Epoch}Ms`, number>>>(
  set: LightSettings,
  asked: TrialLight | null,
  lasts: Durations,
) {
  if (asked === null) return { light: null, durations: lasts };
  const {
    optoStartsAfterMs,
    optoEndsBeforeMs,
    optoSham,
    lightRampMs: rampMs,
    lightRampSide: ramp,
    lightMask: mask,
  } = set;
  const span = {
    from: asked.epoch,
    to: asked.epoch,
    startsAfterMs: optoStartsAfterMs,
    endsBeforeMs: optoEndsBeforeMs,
    rampMs,
    ramp,
    wave: waveOf(set),
    ...(optoSham === 'none' ? {} : { sham: optoSham }),
  };
  return planLight(span, { on: asked.on, mask }, lasts);
}

function waveOf({ lightWaveform: shape, lightAmplitude: amplitude, lightFrequencyHz }: LightSettings): LightWave {
  return {
    shape,
    amplitude,
    frequencyHz: shape === 'constant' ? null : lightFrequencyHz,
    dutyFraction: shape === 'square' ? SQUARE_DUTY : null,
  };
}
