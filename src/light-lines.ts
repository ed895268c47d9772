/**
 * What the light lines of a rig are to show, from a trial's plan; told to the rig when it changes, so before the first
 * trial at the latest. A line of which nothing was told goes on and off, which any pin can.
 */
import { boards, pinName } from '#hardware/boards.ts';
import type { Rig, Waveform } from '#hardware/rig.ts';
import type { RigFile } from '#hardware/rig-file.ts';
import { canonical } from '#machines/canonical.ts';
import type { LightPlan } from '#machines/light.ts';
import { ParameterError } from '#protocols/parameters.ts';
import type { DrawnTrial } from '#protocols/task.ts';

type Input = DrawnTrial['input'];

/** Of a plan with light (machines/two-odour-trial.ts); a task without any has no such field. */
interface LitInput {
  readonly light?: LightPlan | null;
  readonly durations: { readonly lightRampMs?: number };
}

/** The light of a trial as planned and for how long it ramps down; null: neither light nor masking flash. */
export function lightOfPlan(input: unknown): { readonly light: LightPlan; readonly rampMs: number } | null {
  const { light, durations } = input as LitInput;
  if (!light || !(light.on || light.mask)) return null;
  return { light, rampMs: durations.lightRampMs ?? 0 };
}

const plain: Waveform = {
  shape: 'constant',
  amplitude: 1,
  frequencyHz: 1,
  dutyFraction: 1,
  rampUpMs: 0,
  rampDownMs: 0,
};

/** By line. The masking flash is like the light, but always full and without a ramp. */
function wavesOf(input: Input): [line: 'opto' | 'maskingLight', Waveform][] {
  const planned = lightOfPlan(input);
  if (planned === null) return [];
  const { on, mask, wave } = planned.light;
  const { shape, amplitude, frequencyHz, dutyFraction } = wave;
  const shown = { ...plain, shape, frequencyHz: frequencyHz ?? 1, dutyFraction: dutyFraction ?? 1 };
  return [
    ...(on ? [['opto', { ...shown, amplitude, rampDownMs: planned.rampMs }] as [line: 'opto', Waveform]] : []),
    ...(mask ? [['maskingLight', shown] as [line: 'maskingLight', Waveform]] : []),
  ];
}

const isPlain = (wave: Waveform) => canonical(wave) === canonical(plain);

export class LightLines {
  readonly #rig: Rig;
  readonly #told = new Map<string, string>();

  constructor(rig: Rig) {
    this.#rig = rig;
  }

  /** @throws RigError programRefused, when the rig cannot show it. */
  async shape(input: Input): Promise<void> {
    for (const [line, wave] of wavesOf(input)) {
      const text = canonical(wave);
      if (text === (this.#told.get(line) ?? canonical(plain))) continue;
      await this.#rig.shape(line, wave);
      this.#told.set(line, text);
    }
  }
}

/** @throws ParameterError for a wave or a ramp that the line's pin, or the firmware behind it, cannot draw. */
export function assertShows(input: Input, file: RigFile): void {
  for (const [line, wave] of wavesOf(input)) {
    const lack = lackOf(line, wave, file);
    if (lack === null) continue;
    const setting = line === 'maskingLight' ? 'lightMask=false, or lightWaveform=constant' : plainSettings;
    throw new ParameterError(
      'conflict',
      `The line "${line}" of the rig ${file.name} ${lack.why} and shows neither a wave nor a ramp. ${lack.remedy}, or set ${setting}.`,
    );
  }
}

const plainSettings = 'lightWaveform=constant, lightAmplitude=1 and lightRampMs=0';

function lackOf(line: string, wave: Waveform, { board, kind, outputs }: RigFile) {
  const output = outputs.find(({ name }) => name === line);
  if (output === undefined) return null;
  if (kind === 'firmata') {
    if (wave.shape === 'constant' && wave.rampDownMs === 0) return null;
    return {
      why: 'hangs on stock firmware, which is timed by this computer',
      remedy: "Use a board with this program's",
    };
  }
  const { pwm } = boards[board];
  if (pwm.includes(output.pin) || isPlain(wave)) return null;
  const pins = pwm.map((pin) => pinName(board, pin)).join(' or ');
  return {
    why: `is on pin ${pinName(board, output.pin)}, which only goes on and off`,
    remedy: `Wire it to pin ${pins}`,
  };
}
