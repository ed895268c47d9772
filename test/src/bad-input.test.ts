/** What cannot be done is refused with one message: what happened, what it means, what to do. No session comes of it. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { openPseudoTerminal } from '#hardware/emulator/pseudo-terminal.ts';
import { type Place, place } from './driver.ts';

const virtualRig = readFileSync(new URL('../../hardware/rigs/virtual.json', import.meta.url), 'utf8');

function liveSubject(path: string, name: string): void {
  const db = new Database(path);
  db.prepare("INSERT INTO subjects (name, simulated, created_at) VALUES (?, 0, '2026-01-01T00:00:00Z')").run(name);
  db.close();
}

function sessionsIn(path: string): number {
  if (!existsSync(path)) return 0;
  const db = new Database(path, { readonly: true });
  try {
    return db.prepare<[], number>('SELECT count(*) FROM sessions').pluck().get()!;
  } finally {
    db.close();
  }
}

type Case = [what: string, line: string, code: number, parts: RegExp[], prepare?: (at: Place) => void];

const run = 'run --subject M001 --rig virtual --trials 2 --db a.sqlite';

const cases: Case[] = [
  ['no rig', 'run --subject M001 --db a.sqlite', 2, [/--rig <rig>/, /Nothing was started/, /--help/]],
  ['an unknown command', 'rum --db a.sqlite', 2, [/unknown command 'rum'/, /Nothing was started/]],
  [
    'an unknown task',
    `${run} --task delayed-asociation`,
    1,
    [/no task/, /Did you mean delayed-association/, /Nothing was started/],
  ],
  [
    'a misspelt parameter',
    `${run} --set delaMs=3000`,
    1,
    [/no parameter "delaMs"/, /Did you mean delayMs/, /Nothing was started/],
  ],
  [
    'a parameter out of bounds',
    `${run} --set delayMs=90000`,
    1,
    [/90000 ms is out of its bounds/, /0 to 60000 ms/, /Nothing was started/],
  ],
  [
    'parameters that conflict',
    `${run} --set timeoutMs=1000`,
    1,
    [/timeoutMs/, /abortOnEarlyLick=true/, /Nothing was started/],
  ],
  ['a parameter without a value', `${run} --set delayMs`, 2, [/name=value/, /Nothing was started/]],
  ['a parameter twice', `${run} --set delayMs=1 --set delayMs=2`, 2, [/delayMs is set twice/]],
  ['no trials', `${run} --trials 0`, 2, [/whole number from 1/]],
  ['a seed that is none', `${run} --seed -1`, 2, [/whole number from 0 to 4294967295/]],
  [
    'a subject that is none',
    'run --subject ../etc --rig virtual --db a.sqlite',
    2,
    [/no name for a subject/, /Nothing was started/, /cage card/],
  ],
  [
    'an unknown rig',
    'run --subject M001 --rig virtuel --db a.sqlite',
    1,
    [/no rig called "virtuel"/, /No port was opened/, /virtual/],
  ],
  [
    'a rig file that is not there',
    'run --subject M001 --rig ./x.json --db a.sqlite',
    1,
    [/x\.json/, /No port was opened/],
  ],
  [
    'a rig file with a pin used twice',
    'run --subject M001 --rig ./twice.json --db a.sqlite',
    1,
    [/lines\.odourB\.pin: pin 4 is already the pin of odourA/, /No port was opened/, /Correct the file/],
    ({ file }) => writeFileSync(file('twice.json'), virtualRig.replace('"pin": 5', '"pin": 4')),
  ],
  [
    'a task that the rig has no line for',
    `${run} --set responseMode=two-spout`,
    1,
    [/no water line "waterLeft"/, /Nothing was started/],
  ],
  [
    'a rig without an odour line',
    'run --subject M001 --rig ./few.json --db a.sqlite',
    1,
    [/odourB/, /Nothing was started/],
    ({ file }) => {
      const { lines, ...rest } = JSON.parse(virtualRig);
      const { odourB: _, ...others } = lines;
      writeFileSync(
        file('few.json'),
        JSON.stringify({ ...rest, lines: others, exclusive: [['odourA', 'odourC', 'odourD']] }),
      );
    },
  ],
  [
    'an option of another rig',
    'run --subject M001 --rig emulated --pace 2 --db a.sqlite',
    2,
    [/--pace is for the virtual rig/, /Nothing was started/],
  ],
  [
    'a port named for a real rig',
    'run --subject M001 --rig uno --port /dev/ttyACM0 --db a.sqlite',
    2,
    [/never by port name alone/],
  ],
  [
    'a port that does not exist',
    'run --subject M001 --rig emulated --port /dev/ttyNone --db a.sqlite',
    1,
    [/no port \/dev\/ttyNone/, /No session was started/, /Plug the board in/],
  ],
  [
    'a live subject that nobody entered',
    'run --subject M001 --rig uno --db a.sqlite',
    1,
    [/no subject M001/, /no session was started/, /--new-subject/],
  ],
  [
    'a live subject on a simulated rig',
    run,
    1,
    [/M001 is a live animal and this is a simulated rig/, /No session was started/],
    () => {},
  ],
  [
    'a record in no folder',
    'run --subject M001 --rig virtual --db none/a.sqlite',
    1,
    [/no folder/, /Nothing was made/],
  ],
  ['a folder as record', 'run --subject M001 --rig virtual --db .', 1, [/is a folder/, /Nothing was changed/]],
  ['a session that is none', 'trials x --db a.sqlite', 2, [/"x" is no session number/]],
  ['a record that is not there', 'verify 1 --db b.sqlite', 1, [/no record at/, /--db/]],
  ['an emulated board of a virtual rig', 'emulate --rig virtual', 2, [/not an emulated one/]],
];

describe('bad input', () => {
  it.each(cases)('%s', async (what, line, code, parts, prepare) => {
    const at = place();
    if (what === 'a live subject on a simulated rig') {
      await at.rig('run --subject Other --rig virtual --trials 1 --db a.sqlite');
      liveSubject(at.file('a.sqlite'), 'M001');
    }
    prepare?.(at);
    const before = sessionsIn(at.file('a.sqlite'));
    const ran = await at.rig(line);
    expect(ran.code).toBe(code);
    for (const part of parts) expect(ran.err).toMatch(part);
    expect(ran.err).not.toContain('fault of the program');
    expect(ran.err).not.toMatch(/\n\s+at /);
    expect(sessionsIn(at.file('a.sqlite'))).toBe(before);
  });

  it('leaves no file behind when the command line is at fault', async () => {
    const { rig, file } = place();
    await rig(`${run} --set delayMs=90000`);
    expect(existsSync(file('a.sqlite'))).toBe(false);
  });

  it.each([
    ['a text file', 'A shopping list, and a long one: '.repeat(20), /is not a database/],
    ['a database of another program', null, /database of another program/],
  ])('%s as record is left as it was', async (_, text, message) => {
    const { rig, file } = place();
    const path = file('a.sqlite');
    if (text === null) new Database(path).exec('CREATE TABLE theirs (a)').close();
    else writeFileSync(path, text);
    const before = readFileSync(path);
    const ran = await rig(run);
    expect(ran).toMatchObject({ code: 1, err: expect.stringMatching(message) });
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it('a record that another program holds is told, and nothing of the session is in it', async () => {
    const { rig, file } = place();
    await rig('run --subject M001 --rig virtual --trials 1 --db a.sqlite');
    const holder = new Database(file('a.sqlite'));
    holder.exec('BEGIN IMMEDIATE');
    const ran = await rig(run);
    holder.exec('ROLLBACK');
    holder.close();
    expect(ran).toMatchObject({ code: 1, err: expect.stringMatching(/Another program holds .*then try again/s) });
    expect(sessionsIn(file('a.sqlite'))).toBe(1);
  }, 20_000);

  it('a port at which no board answers is told after the boot time of a board', async () => {
    const { rig, file } = place();
    const terminal = await openPseudoTerminal();
    const ran = await rig(`run --subject M001 --rig emulated --port ${terminal.path} --db a.sqlite`);
    terminal.close();
    expect(ran).toMatchObject({ code: 1, err: expect.stringMatching(/Nothing that speaks our link answers.*power/s) });
    expect(sessionsIn(file('a.sqlite'))).toBe(0);
  }, 20_000);

  it('a fault of the program is said to be one, with its stack in a file and not on screen', async () => {
    const { rig, folder } = place();
    let asked = 0;
    const broken = {
      get REHEARSAL_DB(): string {
        if (asked++ === 0) throw new Error('cosmic ray');
        return '';
      },
    };
    const { code, err } = await rig(run.replace(' --db a.sqlite', ''), { env: broken });
    expect(code).toBe(1);
    expect(err).toMatch(/fault of the program, not of yours: cosmic ray/);
    expect(err).not.toMatch(/\n\s+at /);
    const path = /in (\S+\.txt)/.exec(err)![1]!;
    expect(path.startsWith(folder)).toBe(true);
    expect(readFileSync(path, 'utf8')).toMatch(/cosmic ray\n\s+at /);
  });
});
