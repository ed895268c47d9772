/**
 * Turns drawings into PNG files in a worker, beside the thread that reads and draws. A worker is replaced after some
 * pictures: their pixels are native memory, which no garbage collector counts, and go with it.
 */
import { Worker } from 'node:worker_threads';

export interface Picture {
  /** Of its file. */
  readonly name: string;
  /** A whole SVG. */
  readonly svg: string;
}

export interface PictureWork {
  readonly folder: string;
  readonly pictures: readonly Picture[];
}

/** Some 60 MB of pixels. */
const PICTURES_A_WORKER = 10;

export class PictureWriter {
  readonly #folder: string;
  #waiting: Picture[] = [];
  /** One worker at a time. */
  #writing: Promise<void> = Promise.resolve();

  constructor(folder: string) {
    this.#folder = folder;
  }

  add(pictures: readonly Picture[]): void {
    this.#waiting.push(...pictures);
    if (this.#waiting.length >= PICTURES_A_WORKER) this.#send();
  }

  /** When all are written; rejects with the first that could not be. */
  async done(): Promise<void> {
    if (this.#waiting.length > 0) this.#send();
    await this.#writing;
  }

  #send(): void {
    const work: PictureWork = { folder: this.#folder, pictures: this.#waiting };
    this.#waiting = [];
    this.#writing = this.#writing.then(() => written(work));
    // It is heard of when the night is done.
    this.#writing.catch(() => {});
  }
}

function written(work: PictureWork): Promise<void> {
  return new Promise((resolve, reject) => {
    // The starter brings its own loader along; inherited flags would load it twice.
    const worker = new Worker(new URL('./start-picture-worker.mjs', import.meta.url), {
      workerData: work,
      execArgv: [],
    });
    worker.once('error', reject);
    worker.once('exit', () => resolve());
  });
}
