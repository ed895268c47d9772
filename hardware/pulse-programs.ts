/**
 * Pulses as bound programs: what every rig's `pulse` runs. Compiled once per line, checked against the rig file first.
 */
import { bind } from '#machines/bind.ts';
import type { BoundProgram } from '#machines/program.ts';
import { ProgramCache } from '#machines/program-cache.ts';
import { type PulsePlan, pulse } from '#machines/pulse.ts';
import { RigError, type TrialSource } from './rig.ts';
import { lineTable, type RigFile } from './rig-file.ts';

export class PulsePrograms {
  readonly #file: RigFile;
  readonly #cache: ProgramCache;

  constructor(file: RigFile) {
    this.#file = file;
    this.#cache = new ProgramCache(lineTable(file));
  }

  /** @throws RigError `programRefused`: no such output line, or a time that is not positive or over its longest on-time. */
  bind(line: string, us: number, ticksPerMs: number): { readonly bound: BoundProgram; readonly source: TrialSource } {
    const output = this.#file.outputs.find(({ name }) => name === line);
    if (output === undefined) {
      const names = this.#file.outputs.map(({ name }) => name).join(', ');
      throw new RigError(
        'programRefused',
        `The rig ${this.#file.name} has no output line "${line}". Nothing was opened. Its outputs are ${names}.`,
      );
    }
    if (!(us > 0 && us < output.longestOnMs * 1000)) {
      throw new RigError(
        'programRefused',
        `A pulse of ${us} us on "${line}" is refused: nothing was opened. Give more than 0 and less than ${output.longestOnMs * 1000} us, the line's longest on-time in the rig file.`,
      );
    }
    const input: PulsePlan = { line, durations: { pulseMs: us / 1000 } };
    const { program } = this.#cache.get(pulse, input);
    return { bound: bind(program, { ...input.durations }, ticksPerMs), source: { chart: pulse, input } };
  }
}
