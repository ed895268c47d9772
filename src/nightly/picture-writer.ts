/**
 * Turns drawings into PNG files in workers, beside the thread that reads and draws. A worker is replaced after some
 * pictures: their pixels are native memory, which no garbage collector counts, and go with it.
 */
import { Worker } from 'node:worker_threads';
import { inLight } from '../figures/theme.ts';

export interface Picture {
  /** Of its file. */
  readonly name: string;
  /** A whole SVG; a pixel of it is one of the picture. */
  readonly svg: string;
}

interface PictureWork {
  readonly folder: string;
  readonly pictures: readonly Picture[];
}

/** Some 25 MB of pixels, and a worker starts in less time than it draws one picture. */
const PICTURES_A_WORKER = 6;
/** One for each core that a small computer has: the thread that draws is done before them. */
const WORKERS = 2;

export class PictureWriter {
  readonly #folder: string;
  #waiting: Picture[] = [];
  /** Each does one lot after another. */
  readonly #lanes: Promise<void>[] = Array.from({ length: WORKERS }, () => Promise.resolve());
  #next = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  add(pictures: readonly Picture[]): void {
    this.#waiting.push(...pictures.map(({ name, svg }) => ({ name, svg: inLight(svg) })));
    if (this.#waiting.length >= PICTURES_A_WORKER) this.#send();
  }

  /** When all are written; rejects with the first that could not be. */
  async done(): Promise<void> {
    if (this.#waiting.length > 0) this.#send();
    await Promise.all(this.#lanes);
  }

  #send(): void {
    const work: PictureWork = { folder: this.#folder, pictures: this.#waiting };
    this.#waiting = [];
    const lane = this.#next++ % WORKERS;
    this.#lanes[lane] = this.#lanes[lane]!.then(() => written(work));
    // It is heard of when the night is done.
    this.#lanes[lane]!.catch(() => {});
  }
}

function written(work: PictureWork): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./picture-worker.mjs', import.meta.url), { workerData: work, execArgv: [] });
    worker.once('error', reject);
    worker.once('exit', () => resolve());
  });
}
