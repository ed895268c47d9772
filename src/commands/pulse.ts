/** `rig pulse RIG LINE MS`: opens one line for a time, timed by the board. No session: no animal is there. */
import { type Command, InvalidArgumentError } from 'commander';
import type { RigKind } from '#hardware/rig.ts';
import type { RigFile } from '#hardware/rig-file.ts';
import { spanOf } from '#hardware/self-test.ts';
import { ticksBetween } from '#machines/time.ts';
import type { OutputKind, RawEvent } from '#machines/vocabulary.ts';
import { askYes } from '../ask.ts';
import { ExitCode } from '../complain.ts';
import { type Io, pathOf } from '../io.ts';
import { decimal } from '../option-values.ts';
import { type ChosenRig, chooseRig, type RigChoice } from '../rigs.ts';
import { simulatedMark } from '../show.ts';
import { UsageError } from '../usage-error.ts';

/** In ticks; a pulse is rounded to whole ones. */
const CUT_SHORT_TICKS = 2;

interface PulseOptions {
  readonly drive?: number;
  readonly yes?: boolean;
  readonly port?: string;
}

/** `choose`: tests bring their own rig. */
export function addPulseCommand(
  program: Command,
  io: Io,
  exit: (code: number) => void,
  choose: (choice: RigChoice) => Pick<ChosenRig, 'file' | 'rig'> = chooseRig,
): void {
  program
    .command('pulse')
    .summary('open one line of a rig for a time')
    .description(
      'Opens one output line, timed by the board, and says what was commanded: to hear a valve, to prime or to dry a tube. It is no session and stands in no record. Take the animal out first.',
    )
    .argument('<rig>', 'as for "rig run"')
    .argument('<line>', 'as in the rig file, e.g. water')
    .argument('<ms>', 'how long, in milliseconds', milliseconds)
    .option('--drive <share>', 'opto light: how bright, 0 to 1, for a power meter', decimal(0.01, 1))
    .option('--yes', 'open a line that reaches the animal (water, puff, opto light) without asking')
    .option('--port <path>', 'emulated rig: the port that "rig emulate" serves')
    .action(async (named: string, line: string, ms: number, options: PulseOptions) => {
      const name = /[/\\.]/.test(named) ? pathOf(io, named) : named;
      const { file, rig } = choose({ rig: name, port: options.port, seed: 0, empty: true });
      const output = file.outputs.find((each) => each.name === line);
      if (output !== undefined) refuseOwn(output);
      if (options.drive !== undefined && output?.kind !== 'opto')
        throw new UsageError(`--drive is for opto light, and "${line}" is none. Nothing was opened.`);
      const reaches = output === undefined ? undefined : toAnimal[output.kind];
      const ask = reaches !== undefined && !file.simulated && options.yes !== true;
      if (ask && !(await askYes(io, `${reaches} from "${line}" for ${ms} ms. Is the animal out?`))) {
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
      let stopped = false;
      // Closing shuts the line.
      open.add(
        io.interrupts$.subscribe(() => {
          stopped = true;
          void rig.close();
        }),
      );
      try {
        const { kind } = await rig.open();
        // The rate that the pulse is made with: a young fit of the clock still moves while it runs.
        const { ticksPerMs } = rig;
        if (options.drive !== undefined) await rig.shape(line, { ...steady, amplitude: options.drive });
        await rig.pulse(line, ms * 1000);
        const span = spanOf(events, rig.lines.outputs.indexOf(line));
        const ticks = span === null ? 0 : ticksBetween(span.on, span.off);
        const stop = stopped ? 'stopped as asked, and the line is shut.' : heldBack;
        const whole = ticks >= ms * ticksPerMs - CUT_SHORT_TICKS;
        const ran = `${line} was commanded open for ${(ticks / ticksPerMs).toFixed(3)} ms by ${clocks[kind]}, ${ms} asked.\n`;
        const said =
          span === null ? `${line} was not opened: ${stop}\n` : whole ? ran : `${ran}It was cut short: ${stop}\n`;
        io.out(`${simulatedMark(file.simulated)}${said}This is in no record, and says nothing of what came out.\n`);
        if (!whole) exit(stopped ? ExitCode.interrupted : ExitCode.failed);
      } catch (error) {
        if (!stopped) throw error;
        io.err('rig: stopped as asked; all outputs are shut.\n');
        exit(ExitCode.interrupted);
      } finally {
        open.unsubscribe();
        await rig.close();
      }
    });
}

/** What an animal would feel. Odour it would smell only, and primes are many: nobody is asked. */
const toAnimal: Readonly<Partial<Record<OutputKind, string>>> = {
  water: 'Water will flow',
  puff: 'Air will blow',
  opto: 'Light will shine',
};

const steady = { shape: 'constant', frequencyHz: 1, dutyFraction: 1, rampUpMs: 0, rampDownMs: 0 } as const;

const clocks: Readonly<Record<RigKind, string>> = {
  board: "the board's clock",
  emulated: "the board's clock",
  firmata: "this computer's clock",
  virtual: 'virtual time',
};

/** Lines that the board drives by itself take no command. @throws UsageError */
function refuseOwn({ name, kind, random }: RigFile['outputs'][number]): void {
  if (kind === 'lamp') {
    throw new UsageError(
      `"${name}" is the fault lamp, which only the board itself lights, when this computer falls silent. Nothing was opened. docs/operating.md says how to see it lit.`,
    );
  }
  if (random !== null) {
    throw new UsageError(
      `"${name}" gives sync pulses by the board itself, at random intervals. Nothing was opened. "rig check" counts them.`,
    );
  }
}

const heldBack =
  "the rig's own limits held the line shut (longest on-time, allowance of water or light). Look at this line and at waterPerSessionUl in the rig file.";

function milliseconds(text: string): number {
  const ms = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && ms > 0) return ms;
  throw new InvalidArgumentError('It must be a number of milliseconds over 0.');
}
