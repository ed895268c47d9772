/**
 * Does a boot loader survive a watchdog reset? After one, the watchdog runs on with its shortest time, 16 ms, until
 * somebody stops it (DS40002061B, 10.8 and 11.9.2). A loader that does not is reset again before it reaches the firmware,
 * for ever. Our firmware lets the watchdog reset a board that hangs, so this must be known.
 *
 * It can be read in the loader's own code. Stopping takes two writes to WDTCSR within four clock cycles; no loader can
 * do it without, and those that have the pair have it for this.
 */

export type WatchdogVerdict =
  /** It stops the watchdog. */
  | 'survives'
  /** It cannot. */
  | 'loops'
  /** It did not show its code. */
  | 'unknown';

/** WDTCSR's address in data space, on the ATmega328P and the ATmega2560 alike. */
const WDTCSR = 0x60;
/** `ldi r30, WDTCSR`, `ldi r31, 0`: the pointer Z. */
const LOAD_Z = [0xe6e0, 0xe0f0] as const;
/** Words in which both writes stand: four cycles, and what sets the registers before them. */
const WITHIN_WORDS = 6;

/** `code`: the boot loader's section of flash. */
export function survivesWatchdog(code: Uint8Array): WatchdogVerdict {
  const words: number[] = [];
  for (let at = 0; at + 1 < code.length; at += 2) words.push(code[at]! + code[at + 1]! * 256);
  // Erased flash is what a locked section reads as.
  if (words.every((word) => word === 0xffff) || words.every((word) => word === 0)) return 'unknown';
  for (const [at, word] of words.entries()) {
    const near = words.slice(at, at + WITHIN_WORDS);
    if (near.filter((each, index) => isSts(each) && near[index + 1] === WDTCSR).length >= 2) return 'survives';
    if (word !== LOAD_Z[0] || words[at + 1] !== LOAD_Z[1]) continue;
    if (near.slice(2).filter(isStoreToZ).length >= 2) return 'survives';
  }
  return 'loops';
}

/** `sts address, r`; the address is the next word. */
function isSts(word: number): boolean {
  return (word & 0xfe0f) === 0x9200;
}

/** `st Z, r` */
function isStoreToZ(word: number): boolean {
  return (word & 0xfe0f) === 0x8200;
}
