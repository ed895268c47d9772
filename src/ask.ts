/** A yes or no by one key, where a person sits at the terminal. */
import { firstValueFrom, lastValueFrom, map, merge, scan, take, takeWhile } from 'rxjs';
import type { Io } from './io.ts';

const CTRL_C = '\u0003';
const BACKSPACE = '\u007f';

/** True for `y` alone. Ctrl-C is a no, and where nobody can answer it is a no without asking. */
export async function askYes(io: Io, question: string): Promise<boolean> {
  if (!io.tty) return false;
  io.out(`${question} y/n `);
  const answer = await firstValueFrom(merge(io.keys$, io.interrupts$.pipe(map(() => 'n'))).pipe(take(1)), {
    defaultValue: 'n',
  });
  const yes = answer.toLowerCase() === 'y';
  io.out(`${yes ? 'yes' : 'no'}\n`);
  return yes;
}

/** A line of text, up to the return key; null: Ctrl-C, or nobody can answer. */
export async function askLine(io: Io, question: string): Promise<string | null> {
  if (!io.tty) return null;
  io.out(`${question} `);
  const line = await lastValueFrom(
    merge(io.keys$, io.interrupts$.pipe(map(() => CTRL_C))).pipe(
      scan((typed, key) => {
        // A paste arrives as one key.
        io.out(key.replace(/\p{Cc}/gu, ''));
        return key === BACKSPACE ? typed.slice(0, -1) : typed + key;
      }, ''),
      takeWhile((typed) => !/[\r\n]$/.test(typed) && !typed.includes(CTRL_C), true),
    ),
    { defaultValue: CTRL_C },
  );
  io.out('\n');
  return line.includes(CTRL_C) ? null : line.trim();
}
