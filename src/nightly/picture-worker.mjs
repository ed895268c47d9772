/**
 * The worker of the picture writer: draws what it was started with, writes it, ends. Plain JavaScript, so that it starts in
 * milliseconds: a loader of TypeScript would cost as much as five pictures.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { workerData } from 'node:worker_threads';
import { Resvg } from '@resvg/resvg-js';

/** Source Sans 3 (Adobe, SIL Open Font License 1.1): resvg draws no text without a font file. */
const fontFiles = ['400Regular/SourceSans3_400Regular.ttf', '600SemiBold/SourceSans3_600SemiBold.ttf'].map((file) =>
  createRequire(import.meta.url).resolve(`@expo-google-fonts/source-sans-3/${file}`),
);
const font = {
  fontFiles,
  loadSystemFonts: false,
  defaultFontFamily: 'Source Sans 3',
  sansSerifFamily: 'Source Sans 3',
};

/** As `PictureWork` in picture-writer.ts. */
const { folder, pictures } = workerData;
for (const { name, svg } of pictures) {
  const part = join(folder, `.${name}.part`);
  writeFileSync(part, new Resvg(svg, { background: '#ffffff', font }).render().asPng());
  renameSync(part, join(folder, name));
}
