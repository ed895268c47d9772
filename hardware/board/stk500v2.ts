/**
 * The boot loader of a Mega: STK500 version 2. Atmel application note AVR068, STK500 Communication Protocol; numbers are
 * its own. The Mega's loader erases pages in the order of writing, not by their address: from its start on, pages are
 * written from 0 upwards without a gap.
 */
import { type HostClock, sleep } from '../link/host-clock.ts';
import {
  ANSWER_MS,
  Answers,
  BootFault,
  type BootLine,
  type BootLoader,
  hex,
  resetBoard,
  SETTLE_MS,
  SYNC_MS,
  SYNC_TRIES,
} from './boot-loader.ts';

const Command = {
  signOn: 0x01,
  loadAddress: 0x06,
  enterProgramming: 0x10,
  leaveProgramming: 0x11,
  programFlash: 0x13,
  readFlash: 0x14,
  readSignature: 0x1b,
} as const;
const START = 0x1b;
const TOKEN = 0x0e;
const STATUS_OK = 0;
/** Start, sequence number, two of length, token. */
const HEADER_BYTES = 5;
/** More than 64 Ki words: the address has an extended byte. */
const EXTENDED = 0x80;

/** What an in-system programmer would send to the chip; a boot loader has its own ways and ignores them. */
const ENTER = [200, 100, 25, 32, 0, 0x53, 3, 0xac, 0x53, 0x00, 0x00];
const LEAVE = [1, 1];
const PROGRAM = [0xc1, 10, 0x40, 0x4c, 0x20, 0, 0];
const READ = [0x20];
const READ_SIGNATURE = [4, 0x30, 0x00];

export class Stk500v2 implements BootLoader {
  readonly #line: BootLine;
  readonly #clock: HostClock;
  readonly #answers: Answers;
  /** Older loaders accept 1, or else one more than the last. */
  #sequence = 1;

  constructor(line: BootLine, clock: HostClock) {
    this.#line = line;
    this.#clock = clock;
    this.#answers = new Answers(line, clock);
  }

  async enter(): Promise<boolean> {
    await resetBoard(this.#line, this.#clock);
    for (let tries = 0; tries < SYNC_TRIES; tries++) {
      this.#sequence = 1;
      try {
        await this.#ask('to sign on', [Command.signOn], null, SYNC_MS);
      } catch (error) {
        if (error instanceof NotUnderstood) continue;
        throw error;
      }
      await sleep(this.#clock, SETTLE_MS);
      await this.#ask('to enter programming mode', [Command.enterProgramming, ...ENTER], 0);
      return true;
    }
    return false;
  }

  async signature(): Promise<Uint8Array> {
    const bytes: number[] = [];
    for (const index of [0, 1, 2]) {
      const [byte] = await this.#ask('for its signature', [Command.readSignature, ...READ_SIGNATURE, index, 0], 2);
      bytes.push(byte!);
    }
    return Uint8Array.from(bytes);
  }

  async writePage(address: number, data: Uint8Array): Promise<void> {
    await this.#loadAddress(address);
    const head = [Command.programFlash, data.length >> 8, data.length & 0xff, ...PROGRAM];
    await this.#ask(`to write the page at ${address}`, [...head, ...data], 0);
  }

  async readPage(address: number, length: number): Promise<Uint8Array> {
    await this.#loadAddress(address);
    const command = [Command.readFlash, length >> 8, length & 0xff, ...READ];
    const answer = await this.#ask(`to read the page at ${address}`, command, length + 1);
    return answer.subarray(0, length);
  }

  async leave(): Promise<void> {
    await this.#ask('to start the firmware', [Command.leaveProgramming, ...LEAVE], 0);
  }

  /** In words of 16 bits, high byte first. */
  async #loadAddress(address: number): Promise<void> {
    const word = address >> 1;
    const bytes = [EXTENDED, (word >> 16) & 0xff, (word >> 8) & 0xff, word & 0xff];
    await this.#ask(`to go to address ${address}`, [Command.loadAddress, ...bytes], 0);
  }

  /** What the answer has after command and status. `length`: how much that must be, or null for any. */
  async #ask(what: string, body: readonly number[], length: number | null, withinMs = ANSWER_MS): Promise<Uint8Array> {
    const sequence = this.#sequence;
    this.#sequence = (sequence + 1) & 0xff;
    const message = [START, sequence, body.length >> 8, body.length & 0xff, TOKEN, ...body];
    this.#answers.clear();
    this.#line.write(Uint8Array.from([...message, checksum(message)]));
    const header = await this.#answers.take(HEADER_BYTES, withinMs);
    if (header === null) throw new NotUnderstood(`the boot loader, asked ${what}, did not answer`);
    const size = header[2]! * 256 + header[3]!;
    if (header[0] !== START || header[1] !== sequence || header[4] !== TOKEN) {
      throw new NotUnderstood(`the boot loader, asked ${what}, answered ${hex(header)}`);
    }
    const rest = await this.#answers.take(size + 1, ANSWER_MS);
    if (rest === null) throw new NotUnderstood(`the boot loader, asked ${what}, stopped in mid-answer`);
    const answer = rest.subarray(0, size);
    if (checksum([...header, ...answer]) !== rest[size]) {
      throw new NotUnderstood(`the boot loader's answer, asked ${what}, arrived damaged`);
    }
    const [command, status] = answer;
    if (command !== body[0] || status !== STATUS_OK || (length !== null && size !== length + 2)) {
      throw new BootFault(`the boot loader, asked ${what}, answered ${hex(answer.subarray(0, 8))}`);
    }
    return answer.subarray(2);
  }
}

/** No answer, or none in this protocol: at the beginning a reason to ask again. */
class NotUnderstood extends BootFault {}

/** Each byte exclusive-or'ed with the others. */
function checksum(bytes: readonly number[]): number {
  return bytes.reduce((sum, byte) => sum ^ byte, 0);
}
