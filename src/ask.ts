/** A yes or no by one key, where a person sits at the terminal. */
import { firstValueFrom, map, merge, take } from 'rxjs';
import type { Io } from './io.ts';

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
