/** `rig pulse RIG LINE MS`: opens one line for a time, timed by the board. No session: no animal is there. */
import { type Command, InvalidArgumentError } from 'commander';
import { spanOf } from '#hardware/self-test.ts';
import { ticksBetween } from '#machines/time.ts';
import type { RawEvent } from '#machines/vocabulary.ts';
import { askYes } from '../ask.ts';
import { ExitCode } from '../complain.ts';
import { type Io, pathOf } from '../io.ts';
import { chooseRig } from '../rigs.ts';
import { simulatedMark } from '../show.ts';

/** The rate that the pulse was bound at and the one now may differ by some ppm. */
const CUT_SHORT_MS = 0.1;

interface PulseOptions {
  readonly yes?: boolean;
  readonly port?: string;
}

export function addPulseCommand(program: Command, io: Io, exit: (code: number) => void): void {
  program
    .command('pulse')
    .summary('open one line of a rig for a time')
    .description(
      'Opens one output line, timed by the board, and says what was commanded: to hear a valve, to prime or to dry a tube. It is no session and stands in no record. Take the animal out first.',
    )
    .argument('<rig>', 'as for "rig run"')
    .argument('<line>', 'as in the rig file, e.g. water')
    .argument('<ms>', 'how long, in milliseconds', milliseconds)
    .option('--yes', 'open a water line without asking')
    .option('--port <path>', 'emulated rig: the port that "rig emulate" serves')
    .action(async (named: string, line: string, ms: number, options: PulseOptions) => {
      const name = /[/\\.]/.test(named) ? pathOf(io, named) : named;
      const { file, rig } = chooseRig({ rig: name, port: options.port, seed: 0, empty: true });
      const output = file.outputs.find((each) => each.name === line);
      const asked = output?.kind === 'water' && !file.simulated && options.yes !== true;
      if (asked && !(await askYes(io, `Water will flow from "${line}" for ${ms} ms. Is the animal out?`))) {
        io.err(`rig: "${line}" was not opened. Answer y at the terminal, or add --yes.\n`);
        exit(ExitCode.failed);
        return;
      }
      const events: RawEvent[] = [];
      const open = rig.events$.subscribe({
        next: (event) => {
          events.push(event);
          rig.acknowledge(event.seq);
        },
        error: () => {},
      });
      // Closing shuts the line.
      open.add(io.interrupts$.subscribe(() => void rig.close()));
      try {
        await rig.open();
        await rig.pulse(line, ms * 1000);
        const span = spanOf(events, rig.lines.outputs.indexOf(line));
        const ranMs = span === null ? 0 : ticksBetween(span.on, span.off) / rig.ticksPerMs;
        io.out(`${simulatedMark(file.simulated)}${span === null ? notOpened(line) : opened(line, ms, ranMs, span)}`);
        if (ranMs < ms - CUT_SHORT_MS) exit(ExitCode.failed);
      } finally {
        open.unsubscribe();
        await rig.close();
      }
    });
}

function opened(line: string, ms: number, ranMs: number, { on, off }: { on: number; off: number }): string {
  const cut = ranMs < ms - CUT_SHORT_MS ? `The rig cut it short: ${heldBack}\n` : '';
  return `${line} was commanded open from tick ${on} to tick ${off}: ${ranMs.toFixed(3)} ms by the board's clock, ${ms} asked.\n${cut}This is in no record, and says nothing of what came out.\n`;
}

function notOpened(line: string): string {
  return `${line} was not opened: ${heldBack}\n`;
}

const heldBack =
  'its own limits held the line shut (longest on-time, allowance of water or light), or it was stopped. Look at this line and at waterPerSessionUl in the rig file.';

function milliseconds(text: string): number {
  const ms = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && ms > 0) return ms;
  throw new InvalidArgumentError('It must be a number of milliseconds over 0.');
}
