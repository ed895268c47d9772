/**
 * The boards that take our firmware: their chip, their boot loader, and the image they get.
 * Signatures and page sizes: data sheets DS40002061B (ATmega328P) and DS40002211A (ATmega2560), Memory Programming.
 */
import { readFileSync } from 'node:fs';
import { parseIntelHex } from '../emulator/intel-hex.ts';
import type { HostClock } from '../link/host-clock.ts';
import { RigError } from '../rig.ts';
import type { BootLine, BootLoader } from './boot-loader.ts';
import { Stk500v1 } from './stk500v1.ts';
import { Stk500v2 } from './stk500v2.ts';

export const boardKindNames = ['uno', 'nano', 'mega'] as const;
export type BoardKindName = (typeof boardKindNames)[number];

export interface BoardKind {
  /** As people say it. */
  readonly title: string;
  readonly chip: string;
  readonly signature: readonly number[];
  readonly flashBytes: number;
  readonly pageBytes: number;
  /** Flash from here on is the boot loader's, in the largest that such boards are sold with. */
  readonly bootStart: number;
  /** Of the boot loaders in use, the commonest first. */
  readonly bauds: readonly number[];
  readonly imageFile: string;
  loader(line: BootLine, clock: HostClock): BootLoader;
}

const atmega328p = {
  chip: 'ATmega328P',
  signature: [0x1e, 0x95, 0x0f],
  flashBytes: 0x8000,
  pageBytes: 128,
  imageFile: 'rehearsal-uno.hex',
  loader: (line: BootLine, clock: HostClock) => new Stk500v1(line, clock),
};

export const boardKinds: Readonly<Record<BoardKindName, BoardKind>> = {
  // Optiboot: 512 bytes. Boards with it are also sold as Nanos; those with the older ATmegaBOOT have 2 KB and 57600 baud.
  uno: { ...atmega328p, title: 'Uno', bootStart: 0x7e00, bauds: [115200] },
  nano: { ...atmega328p, title: 'Nano', bootStart: 0x7800, bauds: [115200, 57600] },
  mega: {
    title: 'Mega 2560',
    chip: 'ATmega2560',
    signature: [0x1e, 0x98, 0x01],
    flashBytes: 0x40000,
    pageBytes: 256,
    bootStart: 0x3e000,
    bauds: [115200],
    imageFile: 'rehearsal-mega.hex',
    loader: (line, clock) => new Stk500v2(line, clock),
  },
};

/** The committed firmware for a board, from address 0 to its last byte. @throws RigError when there is none, or a damaged one. */
export function readImage({ title, imageFile }: BoardKind): Uint8Array {
  const url = new URL(`../firmware/${imageFile}`, import.meta.url);
  try {
    const words = parseIntelHex(readFileSync(url, 'utf8'));
    const bytes = new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
    return bytes.slice(0, bytes.findLastIndex((byte) => byte !== 0xff) + 1);
  } catch (error) {
    throw new RigError(
      'programRefused',
      `This program's own firmware for a ${title}, ${imageFile}, cannot be read: ${(error as Error).message} Nothing on the board was changed. Install this program again.`,
      { cause: error },
    );
  }
}
