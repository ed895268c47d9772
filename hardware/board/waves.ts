/**
 * Waveforms of light lines as the board takes them (`wave`), and which of them it has been told. The board makes PWM on the
 * pins of its Timer2 and steps phase and ramp once a millisecond (hardware/firmware/rehearsal/wave.c).
 */
import { boards, pinName } from '../boards.ts';
import { waveShapes } from '../link/declaration.ts';
import type { HostLink } from '../link/host-link.ts';
import type { FieldValues } from '../link/messages.ts';
import { RigError, type Waveform } from '../rig.ts';
import type { RigFile } from '../rig-file.ts';

const FULL_GAIN = 65_535;
const LONGEST_RAMP_MS = 10_000;
const FREQUENCY_HZ = { least: 0.02, most: 500 };

export class Waves {
  readonly #file: RigFile;
  readonly #wanted = new Map<number, FieldValues>();
  readonly #told = new Map<number, FieldValues>();

  constructor(file: RigFile) {
    this.#file = file;
  }

  /** @throws RigError programRefused, when the line cannot show it. */
  want(name: string, waveform: Waveform): void {
    const line = this.#file.outputs.findIndex((output) => output.name === name);
    const output = this.#file.outputs[line];
    if (output === undefined) {
      throw refused(name, 'the rig has no such output line', 'Use the name of a light line of the rig file');
    }
    const { board } = this.#file;
    const { pwm } = boards[board];
    if (!pwm.includes(output.pin)) {
      const pins = pwm.map((pin) => pinName(board, pin)).join(' or ');
      throw refused(
        name,
        `its pin ${pinName(board, output.pin)} has no PWM for waves`,
        `Wire the light to pin ${pins}`,
      );
    }
    const problem = problemOf(waveform);
    if (problem !== null) throw refused(name, problem, "Correct the task's light settings");
    this.#wanted.set(line, fieldsOf(line, waveform));
  }

  /** Tells the board what it has not been told. Not during a trial. @throws RigError when the board refuses. */
  async tell(link: HostLink): Promise<void> {
    for (const [line, fields] of this.#wanted) {
      const told = this.#told.get(line);
      if (told !== undefined && JSON.stringify(told) === JSON.stringify(fields)) continue;
      await link.order('wave', fields);
      this.#told.set(line, fields);
    }
  }

  /** The board has restarted. */
  forget(): void {
    this.#told.clear();
  }
}

function problemOf({ amplitude, frequencyHz, dutyFraction, shape, rampUpMs, rampDownMs }: Waveform): string | null {
  if (!(amplitude > 0 && amplitude <= 1)) return `an amplitude of ${amplitude} is not over 0 and at most 1`;
  if (shape !== 'constant' && !(frequencyHz >= FREQUENCY_HZ.least && frequencyHz <= FREQUENCY_HZ.most))
    return `a frequency of ${frequencyHz} Hz is not within ${FREQUENCY_HZ.least} to ${FREQUENCY_HZ.most}`;
  if (shape === 'square' && !(dutyFraction > 0 && dutyFraction <= 1))
    return `a duty of ${dutyFraction} is not over 0 and at most 1`;
  const ramp = [rampUpMs, rampDownMs].find((ms) => !(ms >= 0 && ms <= LONGEST_RAMP_MS));
  return ramp === undefined ? null : `a ramp of ${ramp} ms is not within 0 to ${LONGEST_RAMP_MS}`;
}

function fieldsOf(
  line: number,
  { shape, amplitude, frequencyHz, dutyFraction, rampUpMs, rampDownMs }: Waveform,
): FieldValues {
  const whole = shape === 'square' && dutyFraction === 1;
  return {
    line,
    // The board compares the phase's 256ths with the duty, which cannot say 256.
    shape: waveShapes[whole ? 'constant' : shape],
    amplitude: Math.max(1, Math.round(amplitude * 255)),
    duty: Math.min(255, Math.max(1, Math.round(dutyFraction * 256))),
    step: shape === 'constant' ? 0 : Math.max(1, Math.round(65.536 * frequencyHz)),
    up: gainPerMs(rampUpMs),
    down: gainPerMs(rampDownMs),
  };
}

function gainPerMs(rampMs: number): number {
  return rampMs < 1 ? FULL_GAIN : Math.min(FULL_GAIN, Math.ceil(FULL_GAIN / rampMs));
}

function refused(line: string, why: string, remedy: string): RigError {
  return new RigError(
    'programRefused',
    `The waveform for "${line}" is refused: ${why}. The line stays as it was and no trial was started. ${remedy}.`,
  );
}
