/** `rig check RIG`: is the rig fit for a session? One line for each thing looked at, with the remedy where one is needed. */
import type { Command } from 'commander';
import { addCheck } from '#data/rig-room/care.ts';
import { type Finding, worstGrade } from '#hardware/finding.ts';
import { type Rig, RigError } from '#hardware/rig.ts';
import {
  checkClock,
  checkFrames,
  checkIdentity,
  checkLamp,
  checkLink,
  checkOpto,
  checkSync,
  restToSee,
} from '#hardware/rig-checks.ts';
import { holdsRules, type RigFile } from '#hardware/rig-file.ts';
import { canFire, selfTest, selfTestMs } from '#hardware/self-test.ts';
import { TOUCH_WITHIN_MS, touchTest } from '#hardware/touch-test.ts';
import { nowOf } from '../animal-room/entering.ts';
import { askYes } from '../ask.ts';
import { paintGrade } from '../certificate-text.ts';
import { ExitCode } from '../complain.ts';
import { commandName, type Io } from '../io.ts';
import { withDb } from '../record-option.ts';
import { enterForRig, type RigEntryOptions, rigRoom } from '../rig-room/entering.ts';
import { chooseRig } from '../rigs.ts';
import { simulatedMark } from '../show.ts';
import { count, wrap } from '../table.ts';

interface CheckOptions extends RigEntryOptions {
  readonly fire?: boolean;
  readonly touch?: boolean;
  readonly port?: string;
}

export function addCheckCommand(program: Command, io: Io, exit: (code: number) => void): void {
  const command = program
    .command('check')
    .summary('check a rig before a session')
    .description(
      'Looks at everything a session will need of a rig: board, clock, link, valves, licks, opto light, sync, frames, lamp. Take the animal out first: valves and lights are fired one after another, after a yes or with --fire. On a simulated rig they always are.',
    )
    .argument('<rig>', 'as for "rig run"')
    .option('--fire', 'fire valves and lights without asking; water flows for 20 ms')
    .option('--touch', 'then wait at each spout for a touch: only this proves a lick sensor')
    .option('--port <path>', 'emulated rig: the port that "rig emulate" serves')
    .option('--operator <name>', 'who checks');
  withDb(command).action(async (named: string, options: CheckOptions) => {
    const room = rigRoom(io, named, options);
    const { file, rig } = chooseRig({ rig: room.named, port: options.port, seed: 0, empty: true });
    io.out(`${simulatedMark(file.simulated)}check of rig ${file.name}\n`);
    let stopped = false;
    // Closing shuts all outputs.
    const interrupts = io.interrupts$.subscribe(() => {
      stopped = true;
      void rig.close();
    });
    try {
      const fire = options.fire === true || file.simulated || (await mayFire(file, io));
      if (stopped) throw new RigError('closed', 'stopped');
      const findings = await checkAll(rig, file, { fire, touch: options.touch === true }, io);
      if (stopped) throw new RigError('closed', 'stopped');
      const grade = worstGrade(findings);
      io.out(`${paintGrade(io, grade, grade)}: ${verdicts[grade]}\n`);
      if (holdsRules(file)) {
        const check = { at: nowOf(io).at, grade, person: options.operator?.trim() || null };
        enterForRig(io, room, (db, id) => addCheck(db, id, check, findings));
        io.out(grade === 'FAIL' ? '' : 'It holds for today, until a fault or new plumbing.\n');
      }
      if (grade === 'FAIL') exit(ExitCode.failed);
    } catch (error) {
      if (!stopped) throw error;
      io.err('rig: stopped as asked; all outputs are shut. The check is not complete.\n');
      exit(ExitCode.interrupted);
    } finally {
      interrupts.unsubscribe();
      await rig.close();
    }
  });
}

const verdicts = {
  PASS: 'the rig is fit for a session.',
  WARN: 'a session can run; see to what is marked WARN.',
  FAIL: 'run no session on this rig until what is marked FAIL is put right.',
} as const;

function mayFire({ outputs }: RigFile, io: Io): Promise<boolean> {
  const names = outputs.filter(canFire).map(({ name }) => name);
  if (names.length === 0) return Promise.resolve(true);
  return askYes(io, `Fire ${names.join(', ')} now? Water flows for 20 ms, light shows for 100 ms. Is the animal out?`);
}

/** Prints each finding as it is known. What the rig refuses at opening is a finding too. */
async function checkAll(
  rig: Rig,
  file: RigFile,
  { fire, touch }: { readonly fire: boolean; readonly touch: boolean },
  io: Io,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const tell = (...found: readonly Finding[]) => {
    for (const finding of found) io.out(findingText(finding, io));
    findings.push(...found);
  };
  try {
    const identity = await rig.open();
    const install = `${commandName(io)} firmware install PORT, with the port that "${commandName(io)} ports" shows`;
    tell(checkIdentity(identity, file, install));
    const restMs = restToSee(file);
    if (file.kind !== 'virtual') {
      const what = fire ? 'rests, then valves and lights one after another' : 'rests';
      const seconds = Math.ceil(selfTestMs(file, fire, restMs) / 1000);
      io.out(noteText(`The rig ${what}: about ${count(seconds, 'second')}. Touch nothing meanwhile.`, io));
    }
    const { findings: tested, quiet } = await selfTest({ rig, file, fire, restMs });
    const timing = await rig.timing();
    tell(checkClock(timing, identity), checkLink(timing), ...tested, ...checkOpto(file));
    tell(...checkSync(file, identity, quiet, rig.ticksPerMs), ...checkFrames(file, quiet, rig.ticksPerMs));
    tell(checkLamp(file));
    for (const { name } of touch ? file.inputs.filter(({ kind }) => kind === 'lick') : []) {
      if (file.kind === 'virtual' || file.kind === 'emulated') {
        tell({ what: name, grade: null, text: 'nobody can touch a simulated spout.' });
        continue;
      }
      io.out(noteText(`Touch the spout of "${name}" once, within ${TOUCH_WITHIN_MS / 1000} seconds.`, io));
      tell(await touchTest(rig, name));
    }
  } catch (error) {
    if (!(error instanceof RigError)) throw error;
    tell({ what: 'board', grade: 'FAIL', text: error.message });
  }
  return findings;
}

const WHAT_CELLS = 10;

/** What happens next, under the findings' names. */
function noteText(text: string, io: Io): string {
  return `      ${wrap(text, Math.max(30, io.columns - 6), '      ')}\n`;
}

function findingText({ what, grade, text }: Finding, io: Io): string {
  const mark = grade === null ? '  - ' : paintGrade(io, grade, grade);
  const head = `${mark}  ${what.padEnd(WHAT_CELLS)}  `;
  const hang = ' '.repeat(4 + 2 + Math.max(WHAT_CELLS, what.length) + 2);
  const width = Math.max(30, io.columns - hang.length);
  return `${head}${wrap(text, width).replaceAll('\n', `\n${hang}`)}\n`;
}
