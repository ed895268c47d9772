/**
 * Sync pulses at random intervals, made by the board itself and recorded as events, so that other recordings (imaging,
 * video) can be aligned anywhere in a session. The seed need not be kept: the pulses stand in the record.
 */
import type { HostLink } from '../link/host-link.ts';
import { RigError } from '../rig.ts';
import type { RigFile } from '../rig-file.ts';

/** @throws RigError rigFile, before any port is opened. */
export function checkSyncLines(file: RigFile): void {
  const random = file.outputs.filter(({ random }) => random !== null).map(({ name }) => name);
  if (random.length < 2) return;
  throw new RigError(
    'rigFile',
    `The rig ${file.name} asks for pulses at random intervals on ${random.join(' and ')}, and a board makes them on one line only. No session was started and no output was touched. Leave "random" with one of them in the rig file.`,
  );
}

/** `chance`: a whole number below its argument. @throws RigError when the board refuses. */
export async function startSyncLines(link: HostLink, file: RigFile, chance: (below: number) => number): Promise<void> {
  for (const [line, { random }] of file.outputs.entries()) {
    if (random === null) continue;
    const { leastMs, mostMs, widthMs } = random;
    await link.order('sync', { line, leastMs, spreadMs: mostMs - leastMs, widthMs, seed: 1 + chance(0xffff) });
  }
}
