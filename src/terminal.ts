/**
 * The real world behind `Io`: this process's streams, signals and keys.
 */
import { homedir } from 'node:os';
import { fromEvent, merge, Observable, share } from 'rxjs';
import type { Io } from './io.ts';

const CTRL_C = '\u0003';

export function terminalIo(): Io {
  const keys$ = rawKeys().pipe(share());
  return {
    out: printer(process.stdout),
    err: printer(process.stderr),
    tty: process.stdout.isTTY === true && process.stdin.isTTY === true,
    // A pseudo-terminal that nobody has sized says 0.
    columns: process.stdout.columns || 80,
    env: process.env,
    platform: process.platform,
    home: homedir(),
    // npm runs scripts in the checkout; paths are meant from where the person stands.
    cwd: process.env.INIT_CWD ?? process.cwd(),
    now: () => new Date(),
    interrupts$: new Observable<void>((subscriber) =>
      merge(fromEvent(process, 'SIGINT'), fromEvent(process, 'SIGTERM'), fromEvent(process, 'SIGHUP')).subscribe(() =>
        subscriber.next(),
      ),
    ),
    keys$,
  };
}

/** A reader that went away (`| head`) is no error, and a running session must not notice it. */
function printer(stream: NodeJS.WriteStream): (text: string) => void {
  let open = true;
  stream.on('error', () => {
    open = false;
  });
  return (text) => {
    if (open) stream.write(text);
  };
}

/** Keys without Enter. In this mode the terminal sends Ctrl-C as a key; it is turned back into the signal. */
function rawKeys(): Observable<string> {
  return new Observable((subscriber) => {
    const { stdin } = process;
    if (stdin.isTTY !== true) return;
    const take = (bytes: Buffer) => {
      for (const key of bytes.toString('utf8')) {
        if (key === CTRL_C) process.kill(process.pid, 'SIGINT');
        else subscriber.next(key);
      }
    };
    stdin.setRawMode(true).resume().on('data', take);
    return () => {
      stdin.off('data', take).setRawMode(false).pause();
    };
  });
}
