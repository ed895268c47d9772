/** The committed firmware binary, ready for the emulated flash. */
import { readFileSync } from 'node:fs';
import { parseIntelHex } from './intel-hex.ts';

export function firmwareImage(): Uint16Array {
  return parseIntelHex(readFileSync(new URL('../firmware/rehearsal-uno.hex', import.meta.url), 'utf8'));
}
