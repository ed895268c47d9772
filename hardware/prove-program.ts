/**
 * Before a program goes to a device: is it made for this rig's lines, and can it never open two lines of one exclusive
 * group? The board proves the same again; here the answer names lines and states.
 */
import type { TrialProgram } from '#machines/program.ts';
import { RigError } from './rig.ts';
import { groupBits, lineTable, type RigFile } from './rig-file.ts';

/** @throws RigError programRefused */
export function proveProgram(file: RigFile, program: TrialProgram): void {
  const lines = lineTable(file);
  if (program.lines.inputs.join() !== lines.inputs.join() || program.lines.outputs.join() !== lines.outputs.join()) {
    throw refused(file, 'it was compiled for other lines than this rig has', "Compile it for this rig's lines.");
  }
  const groups = groupBits(file);
  for (const { state, outputs } of program.nodes) {
    let seen = 0;
    for (const [line, bits] of groups.entries()) {
      if ((outputs & (1 << line)) === 0) continue;
      if (seen & bits) {
        const open = lines.outputs.filter((_, each) => outputs & (1 << each)).join(' and ');
        const where = `in ${program.states[state]} it opens ${open} together`;
        throw refused(file, `${where}, which the rig file's exclusive groups forbid`, "Correct the task's chart.");
      }
      seen |= bits;
    }
  }
}

function refused(file: RigFile, why: string, remedy: string): RigError {
  return new RigError(
    'programRefused',
    `The rig ${file.name} refuses the trial's program: ${why}. No trial was started and all outputs are off. ${remedy}`,
  );
}
