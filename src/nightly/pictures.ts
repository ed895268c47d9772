/** Pictures of an animal as drawings: one sheet with what matters most, and each figure by itself where that is asked. */
import { sheetSvg } from '../figures/sheet.ts';
import type { FigureKey, SubjectFigure, SubjectFigures } from '../pages/subject-figures.ts';
import type { SubjectSummary } from '../summaries/subject.ts';
import type { Picture } from './picture-writer.ts';

/** Of a figure by itself: it may go onto a poster. */
const SINGLE_SCALE = 2;

const onSheet: readonly FigureKey[] = ['pairs', 'accuracy', 'dprime'];

export function subjectPictures(
  { animal, status, day }: SubjectSummary,
  figures: SubjectFigures,
  all: boolean,
): Picture[] {
  const simulated = animal.simulated === 1;
  const title = animal.name;
  const file = `subject-${animal.id}`;
  const drawn = onSheet.flatMap((key) => figures[key] ?? []);
  if (drawn.length === 0) return [];
  const sheet = sheetSvg({
    title,
    subtitle: `${status}, ${day}`,
    simulated,
    scale: 1,
    figures: drawn.map(({ what, figure }) => ({ caption: what, figure })),
  });
  const pictures = [{ name: `${file}.png`, svg: sheet }];
  if (!all) return pictures;
  const single = ([key, { what, how, figure }]: [string, SubjectFigure]): Picture => ({
    name: `${file}-${key}.png`,
    svg: sheetSvg({
      title,
      subtitle: `${what}, ${day}`,
      simulated,
      scale: SINGLE_SCALE,
      figures: [{ caption: how, figure }],
    }),
  });
  return [...pictures, ...Object.entries(figures).map(single)];
}
