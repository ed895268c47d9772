/**
 * Ids that are made from what they name, not drawn: the same session gives the same file twice. UUIDs of version 5
 * (RFC 9562, 5.5).
 */
import { createHash } from 'node:crypto';

/** This program's name space; drawn once. */
const SPACE = Buffer.from('6f1b9a5e4c0d4f7f9d53b1e2a7c8d604', 'hex');

export function uuidOf(name: string): string {
  const bytes = createHash('sha1').update(SPACE).update(name, 'utf8').digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x50;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

export interface Named {
  /** The record's file name, without its folder. */
  readonly record: string;
  readonly session: number;
  readonly startedAt: string;
  readonly eventCrc32: number;
}

/** Of a session: one number stands for another session in another record, and the checksum for what was recorded. */
export function identifierOf({ record, session, startedAt, eventCrc32 }: Named): string {
  return uuidOf(JSON.stringify([record, session, startedAt, eventCrc32]));
}
