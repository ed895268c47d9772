/** From an animal's odour map and a rig's vials to the valve of each letter. */
import type { OdourMap, Vial } from '#data/rig-room/vials.ts';
import { type Loaded, valveLetter } from '#hardware/rig-file.ts';
import { type Odour, odourLine, odours } from '#machines/vocabulary.ts';
import type { RigStanding } from './standing.ts';

export interface LoadedOdours {
  /** Null: nobody entered a vial, or a map that is in force here. */
  readonly loaded: Loaded | null;
  /** Letters that no valve of the rig can show as the animal's map asks. */
  readonly missing: readonly { readonly odour: Odour; readonly odorant: number | null }[];
}

/** Without a map a letter is its line. `blank`: all vials hold solvent, so that no map is in force. */
export function loadedOdours(map: OdourMap, { vials }: RigStanding, blank: boolean): LoadedOdours {
  const mapped = !blank && Object.keys(map).length > 0;
  const found = odours.map((odour) => {
    const wanted = map[odour] ?? null;
    const vial = mapped
      ? vials.find((each) => each.odorant === wanted && valveLetter(each.line) !== null)
      : vials.find(({ line }) => line === odourLine(odour));
    return { odour, wanted, vial };
  });
  const entries = found.flatMap(({ odour, vial }) => (vial === undefined ? [] : [[odour, placeOf(vial)] as const]));
  return {
    loaded: entries.length === 0 ? null : Object.fromEntries(entries),
    missing: mapped
      ? found.flatMap(({ odour, wanted, vial }) => (vial === undefined ? [{ odour, odorant: wanted }] : []))
      : [],
  };
}

function placeOf({ line, id, odorant }: Vial) {
  return { line, vial: id, odorant };
}
