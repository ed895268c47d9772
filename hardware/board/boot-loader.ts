/**
 * What the installer needs of a boot loader, whichever protocol it speaks, and of the line to it. Both protocols are one
 * question, one answer; nothing is asked twice, because a loader that has lost step may take the repetition for data.
 */
import type { BytePort } from '../link/byte-port.ts';
import { type HostClock, sleep } from '../link/host-clock.ts';

export interface BootLine extends BytePort {
  setBaud(baud: number): Promise<void>;
  /** DTR and RTS together. A board resets when they become active, through the capacitor in its reset line. */
  setDtr(active: boolean): Promise<void>;
}

export interface BootLoader {
  /** Asks whether it is there, from its start on; then enters programming mode. False: nothing answers. */
  enter(): Promise<boolean>;
  /** Three bytes. */
  signature(): Promise<Uint8Array>;
  /** Erases and writes one page. Addresses are in bytes; `data` is exactly a page. */
  writePage(address: number, data: Uint8Array): Promise<void>;
  readPage(address: number, length: number): Promise<Uint8Array>;
  /** Starts what is installed. */
  leave(): Promise<void>;
}

/** The boot loader did not answer as its protocol says. The message is what happened, for the middle of a sentence. */
export class BootFault extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'BootFault';
  }
}

/** Erasing and writing a page takes 9 ms, its bytes 45 ms at 57600 baud, a USB bridge 16 ms. */
export const ANSWER_MS = 1000;
/** An Uno's loader blinks for 0.4 s before it reads; what was sent meanwhile waits in its receiver, which holds two bytes. */
export const SYNC_MS = 400;
/** The loader gives up a second after its blinking and starts the firmware. */
export const SYNC_TRIES = 3;
/** After the first understood answer: what is still on its way answers a question asked before. */
export const SETTLE_MS = 50;
/** Long enough to discharge the capacitor, and for the chip to start its loader. */
const RESET_MS = 250;

export async function resetBoard(line: BootLine, clock: HostClock): Promise<void> {
  await line.setDtr(false);
  await sleep(clock, RESET_MS);
  await line.setDtr(true);
  await sleep(clock, RESET_MS);
}

/** Bytes as they come, handed out as they are asked for. */
export class Answers {
  readonly #clock: HostClock;
  #bytes: number[] = [];
  #lost: BootFault | null = null;
  #check = () => {};

  constructor(line: BootLine, clock: HostClock) {
    this.#clock = clock;
    line.onBytes((bytes) => {
      this.#bytes.push(...bytes);
      this.#check();
    });
    line.onLost((reason) => {
      this.#lost = new BootFault(`the line broke: ${reason}`);
      this.#check();
    });
  }

  /** Forgets what came unasked. */
  clear(): void {
    this.#bytes = [];
  }

  /** The next bytes; null when they are not there in time. @throws BootFault when the line breaks. */
  take(count: number, withinMs: number): Promise<Uint8Array | null> {
    return new Promise((resolve, reject) => {
      let cancel = () => {};
      const settle = (act: () => void) => {
        cancel();
        this.#check = () => {};
        act();
      };
      this.#check = () => {
        const lost = this.#lost;
        if (lost !== null) settle(() => reject(lost));
        else if (this.#bytes.length >= count) settle(() => resolve(Uint8Array.from(this.#bytes.splice(0, count))));
      };
      cancel = this.#clock.after(withinMs, () => settle(() => resolve(null)));
      this.#check();
    });
  }
}

/** `1e 95 0f` */
export function hex(bytes: Iterable<number>): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
}
