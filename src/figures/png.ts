/** A drawing as a PNG. The type is shipped with the program: resvg draws no text without a font file. */
import { createRequire } from 'node:module';
import { Resvg } from '@resvg/resvg-js';
import { inLight } from './theme.ts';

/** Source Sans 3 (Adobe, SIL Open Font License 1.1). */
const fontFiles = ['400Regular/SourceSans3_400Regular.ttf', '600SemiBold/SourceSans3_600SemiBold.ttf'].map((file) =>
  createRequire(import.meta.url).resolve(`@expo-google-fonts/source-sans-3/${file}`),
);

/** Pixels of the picture for one of the drawing: a sheet is some 1,300 across, sharp on a slide. */
const SCALE = 1.25;

export function png(svg: string): Buffer {
  const drawing = new Resvg(inLight(svg), {
    background: '#ffffff',
    fitTo: { mode: 'zoom', value: SCALE },
    font: { fontFiles, loadSystemFonts: false, defaultFontFamily: 'Source Sans 3', sansSerifFamily: 'Source Sans 3' },
  });
  return drawing.render().asPng();
}
