/** Tells the board its lines, in the order of the rig file, which numbers them. */
import type { HostLink } from '../link/host-link.ts';
import { groupBits, type RigFile } from '../rig-file.ts';

/** @throws RigError when the board cannot have a line on its pin. */
export async function declareLines(link: HostLink, file: RigFile): Promise<void> {
  const groups = groupBits(file);
  for (const [index, { pin, activeLow, longestOnMs }] of file.outputs.entries()) {
    await link.order('output', { index, pin, activeLow: Number(activeLow), groups: groups[index]!, longestOnMs });
  }
  for (const [index, { pin, activeLow, pullUp }] of file.inputs.entries()) {
    await link.order('input', { index, pin, activeLow: Number(activeLow), pullUp: Number(pullUp) });
  }
}
