/**
 * A mouse that licks by script. Times count from the moment the trial's TTL rises, which it sees on its pin like any
 * mouse; so a script means the same on every rig.
 */
import type { LickEdge, Mouse } from '#hardware/mouse/mouse.ts';

/** `ms` from the start of the trial. */
export interface ScriptedEdge {
  readonly ms: number;
  readonly line: string;
  readonly on: boolean;
}

/** Contacts of 30 ms on one line, one after another. */
export function licks(line: string, ...atMs: number[]): ScriptedEdge[] {
  return atMs.flatMap((ms) => [
    { ms, line, on: true },
    { ms: ms + 30, line, on: false },
  ]);
}

export class ScriptedMouse implements Mouse {
  /** What it does in each trial, until it is given something else. */
  script: readonly ScriptedEdge[] = [];
  #queue: LickEdge[] = [];

  sense(atUs: number, line: string, on: boolean): void {
    if (line !== 'trial' || !on) return;
    this.#queue = this.script.map(({ ms, ...edge }) => ({ ...edge, atUs: atUs + ms * 1000 }));
  }

  next(): LickEdge | null {
    return this.#queue[0] ?? null;
  }

  made(): void {
    this.#queue.shift();
  }
}
