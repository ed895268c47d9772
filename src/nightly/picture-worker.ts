/** The worker of the picture writer: draws what it was started with, writes it, ends. */
import { workerData } from 'node:worker_threads';
import { png } from '../figures/png.ts';
import type { PictureWork } from './picture-writer.ts';
import { writeWhole } from './write-whole.ts';

const { folder, pictures } = workerData as PictureWork;
for (const { name, svg } of pictures) writeWhole(folder, name, png(svg));
