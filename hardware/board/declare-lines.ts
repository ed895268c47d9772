/** Tells the board its lines, in the order of the rig file, which numbers them. */
import { lineFlags } from '../link/declaration.ts';
import type { HostLink } from '../link/host-link.ts';
import { groupBits, type RigFile } from '../rig-file.ts';
import { drawOf } from './allowances.ts';

/** @throws RigError when the board cannot have a line on its pin. */
export async function declareLines(link: HostLink, file: RigFile): Promise<void> {
  const groups = groupBits(file);
  for (const [index, output] of file.outputs.entries()) {
    const { pin, longestOnMs } = output;
    const { draws, cost } = drawOf(output);
    const flags =
      (output.activeLow ? lineFlags.LINE_ACTIVE_LOW.value : 0) |
      (output.kind === 'lamp' ? lineFlags.LINE_LAMP.value : 0) |
      draws;
    await link.order('output', { index, pin, flags, groups: groups[index]!, longestOnMs, cost });
  }
  for (const [index, { pin, activeLow, pullUp, refractoryMs }] of file.inputs.entries()) {
    const flags = (activeLow ? lineFlags.LINE_ACTIVE_LOW.value : 0) | (pullUp ? lineFlags.LINE_PULL_UP.value : 0);
    await link.order('input', { index, pin, flags, refractoryMs });
  }
}
