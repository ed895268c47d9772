/**
 * The two boot loaders of the fake board, written from the application notes (AVR061, AVR068). The second erases in the
 * order of writing, as a Mega's does.
 */
import type { FakeBoard } from './boot-double.ts';

export interface Loader {
  take(byte: number): void;
}

/** Bytes of each command between its code and 0x20; a page's data come on top. */
const lengthsV1: Readonly<Record<number, number>> = { 48: 0, 80: 0, 81: 0, 85: 2, 100: 3, 116: 3, 117: 0 };

export class LoaderV1 implements Loader {
  readonly #board: FakeBoard;
  #bytes: number[] = [];
  #busy = false;
  #programming = false;
  #address = -1;

  constructor(board: FakeBoard) {
    this.#board = board;
  }

  take(byte: number): void {
    this.#board.heard();
    if (this.#busy) this.#board.complain(`sent ${byte} before the answer had come`);
    this.#bytes.push(byte);
    const [command, high = 0, low = 0] = this.#bytes;
    let length = lengthsV1[command!];
    if (length === undefined) {
      this.#board.complain(`unknown command ${command}`);
      this.#bytes = [];
      return;
    }
    if (command === 100 && this.#bytes.length > 2) length += high * 256 + low;
    if (this.#bytes.length < length + 2) return;
    const bytes = this.#bytes;
    this.#bytes = [];
    if (bytes.at(-1) !== 0x20) this.#board.complain(`command ${command} did not end in 0x20`);
    const result = this.#do(bytes);
    this.#busy = true;
    this.#board.answer([0x14, ...result, 0x10], () => {
      this.#busy = false;
      if (command === 81) this.#board.startFirmware();
    });
  }

  #do([command, first = 0, second = 0, kind, ...data]: number[]): number[] {
    const board = this.#board;
    if (command === 48) return [];
    if (command === 80) {
      this.#programming = true;
      return [];
    }
    if (!this.#programming) board.complain(`command ${command} outside programming mode`);
    if (command === 117) return [...(board.options.signature ?? [0x1e, 0x95, 0x0f])];
    if (command === 85) this.#address = 2 * (second * 256 + first);
    if (command !== 100 && command !== 116) return [];
    const length = first * 256 + second;
    const address = this.#address;
    // One address, one page: loaders differ in whether they count on.
    this.#address = -1;
    if (address < 0) board.complain('a page without an address');
    if (kind !== 0x46) board.complain('a page that is not of flash');
    if (length !== board.pageBytes || address % board.pageBytes !== 0) board.complain(`${length} bytes at ${address}`);
    if (command === 116) return [...board.flash.subarray(address, address + length)];
    board.erase(address);
    board.program(address, data.slice(0, length));
    return [];
  }
}

export class LoaderV2 implements Loader {
  readonly #board: FakeBoard;
  #bytes: number[] = [];
  #expected = 1;
  #busy = false;
  #programming = false;
  #address = -1;
  #toErase = 0;

  constructor(board: FakeBoard) {
    this.#board = board;
  }

  take(byte: number): void {
    this.#board.heard();
    if (this.#busy) this.#board.complain(`sent ${byte} before the answer had come`);
    this.#bytes.push(byte);
    const [start, sequence, high = 0, low = 0, token] = this.#bytes;
    const size = high * 256 + low;
    if (this.#bytes.length < 5 || this.#bytes.length < size + 6) return;
    const message = this.#bytes;
    this.#bytes = [];
    if (start !== 0x1b || token !== 0x0e) this.#board.complain('a message without start or token');
    if (sequence !== 1 && sequence !== this.#expected) this.#board.complain(`message number ${sequence}`);
    if (message.reduce((sum, each) => sum ^ each, 0) !== 0) this.#board.complain('a wrong checksum');
    if (size > 275) this.#board.complain(`a message of ${size} bytes`);
    const body = message.slice(5, -1);
    const answer = [body[0]!, ...this.#do(body)];
    const framed = [0x1b, sequence!, answer.length >> 8, answer.length & 0xff, 0x0e, ...answer];
    this.#expected = (sequence! + 1) & 0xff;
    this.#busy = true;
    this.#board.answer([...framed, framed.reduce((sum, each) => sum ^ each, 0)], () => {
      this.#busy = false;
      if (body[0] === 0x11) this.#board.startFirmware();
    });
  }

  #do(body: number[]): number[] {
    const board = this.#board;
    const [command, high = 0, low = 0] = body;
    if (command === 0x01) return [0, 8, ...Buffer.from('AVRISP_2')];
    if (command === 0x10) {
      if (body.length !== 12) board.complain('enter programming mode has eleven parameters');
      this.#programming = true;
      return [0];
    }
    if (!this.#programming) board.complain(`command ${command} outside programming mode`);
    if (command === 0x11) return [0];
    if (command === 0x1b) {
      if (body.length !== 6) board.complain('a signature has five parameters');
      return [0, (board.options.signature ?? [0x1e, 0x98, 0x01])[body[4]!]!, 0];
    }
    if (command === 0x06) {
      if (body[1] !== 0x80) board.complain('an address without its extended byte');
      this.#address = 2 * (body[2]! * 65_536 + body[3]! * 256 + body[4]!);
      return [0];
    }
    const length = high * 256 + low;
    const address = this.#address;
    this.#address = -1;
    if (address < 0 || length !== board.pageBytes || address % board.pageBytes !== 0) {
      board.complain(`${length} bytes at ${address}`);
    }
    if (command === 0x14) {
      if (body.length !== 4) board.complain('reading has three parameters');
      return [0, ...board.flash.subarray(address, address + length), 0];
    }
    if (command !== 0x13) {
      board.complain(`unknown command ${command}`);
      return [0xc0];
    }
    if (body.length !== 10 + length) board.complain('writing has nine parameters and a page');
    if (address !== this.#toErase) board.complain(`wrote at ${address}, and erased at ${this.#toErase}`);
    board.erase(this.#toErase);
    this.#toErase += board.pageBytes;
    board.program(address, body.slice(10));
    return [0];
  }
}
