/** The lines that a spout's soundness is judged by (protocols/lick-watch.ts), as the rig file has them. */
import type { RigFile } from '#hardware/rig-file.ts';
import type { OutputKind } from '#machines/vocabulary.ts';
import type { WatchedLines } from '#protocols/lick-watch.ts';

const loud: ReadonlySet<OutputKind> = new Set<OutputKind>(['odour', 'water', 'opto', 'mask', 'puff']);

export function watchedLines({ inputs, outputs }: RigFile): WatchedLines {
  const word = (wanted: (kind: OutputKind) => boolean) =>
    outputs.reduce((bits, { kind }, line) => (wanted(kind) ? bits | (1 << line) : bits), 0);
  return {
    licks: new Set(inputs.flatMap(({ kind }, line) => (kind === 'lick' ? [line] : []))),
    water: word((kind) => kind === 'water'),
    loud: word((kind) => loud.has(kind)),
  };
}
