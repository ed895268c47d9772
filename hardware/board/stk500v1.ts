/**
 * The boot loader of an Uno and a Nano: STK500 version 1, in the part that Optiboot and ATmegaBOOT share.
 * Atmel application note AVR061, STK500 Communication Protocol; numbers are its own.
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
  getSync: 0x30,
  enterProgramming: 0x50,
  leaveProgramming: 0x51,
  loadAddress: 0x55,
  programPage: 0x64,
  readPage: 0x74,
  readSignature: 0x75,
} as const;
const END = 0x20;
const IN_SYNC = 0x14;
const OK = 0x10;
const FLASH = 'F'.charCodeAt(0);

export class Stk500v1 implements BootLoader {
  readonly #line: BootLine;
  readonly #clock: HostClock;
  readonly #answers: Answers;

  constructor(line: BootLine, clock: HostClock) {
    this.#line = line;
    this.#clock = clock;
    this.#answers = new Answers(line, clock);
  }

  async enter(): Promise<boolean> {
    await resetBoard(this.#line, this.#clock);
    for (let tries = 0; tries < SYNC_TRIES; tries++) {
      this.#answers.clear();
      this.#line.write(Uint8Array.of(Command.getSync, END));
      const answer = await this.#answers.take(2, SYNC_MS);
      if (answer?.[0] !== IN_SYNC || answer[1] !== OK) continue;
      await sleep(this.#clock, SETTLE_MS);
      await this.#ask('to enter programming mode', [Command.enterProgramming]);
      return true;
    }
    return false;
  }

  signature(): Promise<Uint8Array> {
    return this.#ask('for its signature', [Command.readSignature], 3);
  }

  async writePage(address: number, data: Uint8Array): Promise<void> {
    await this.#loadAddress(address);
    const head = [Command.programPage, data.length >> 8, data.length & 0xff, FLASH];
    await this.#ask(`to write the page at ${address}`, [...head, ...data]);
  }

  async readPage(address: number, length: number): Promise<Uint8Array> {
    await this.#loadAddress(address);
    const command = [Command.readPage, length >> 8, length & 0xff, FLASH];
    return this.#ask(`to read the page at ${address}`, command, length);
  }

  async leave(): Promise<void> {
    await this.#ask('to start the firmware', [Command.leaveProgramming]);
  }

  /** In words of 16 bits, low byte first. */
  async #loadAddress(address: number): Promise<void> {
    const word = address >> 1;
    await this.#ask(`to go to address ${address}`, [Command.loadAddress, word & 0xff, word >> 8]);
  }

  async #ask(what: string, command: readonly number[], length = 0): Promise<Uint8Array> {
    this.#answers.clear();
    this.#line.write(Uint8Array.from([...command, END]));
    const first = await this.#answers.take(1, ANSWER_MS);
    if (first === null) throw new BootFault(`the boot loader, asked ${what}, did not answer`);
    if (first[0] !== IN_SYNC) throw new BootFault(`the boot loader, asked ${what}, answered ${hex(first)}`);
    const rest = await this.#answers.take(length + 1, ANSWER_MS);
    if (rest === null) throw new BootFault(`the boot loader, asked ${what}, stopped in mid-answer`);
    if (rest[length] !== OK) {
      throw new BootFault(`the boot loader, asked ${what}, ended its answer with ${hex(rest.subarray(length))}`);
    }
    return rest.subarray(0, length);
  }
}
