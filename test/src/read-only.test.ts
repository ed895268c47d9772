/**
 * Whoever only looks opens the record to read; and where the record cannot be written, what can be done without is done, and
 * what is missing is said. Root may write any file, so it is the opening itself that is watched here, and refused.
 */
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openRecord } from '#data/open.ts';
import { RecordError } from '#data/record-error.ts';
import { type Place, place } from './driver.ts';

const watched = vi.hoisted(() => ({ modes: [] as string[], refused: false }));

vi.mock('#data/open.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('#data/open.ts')>();
  return {
    ...original,
    openRecord: (...[path, options]: Parameters<typeof original.openRecord>) => {
      watched.modes.push(options.mode);
      if (options.mode === 'write' && watched.refused) throw new RecordError('readOnly', `${path} may not be written.`);
      return original.openRecord(path, options);
    },
  };
});

let at: Place;
const rig = (line: string) => at.rig(`${line} --db a.sqlite`);

beforeEach(async () => {
  at = place();
  for (const line of [
    'subject add M1 --simulated --operator Kim',
    'restrict M1 --reference 26 --operator Kim',
    'weigh M1 25 --operator Kim',
    'stage M1 --to go-pairs --reason begins --operator Kim',
    'run --subject M1 --rig virtual --trials 3 --seed 1',
  ]) {
    expect([line, (await rig(line)).code]).toEqual([line, 0]);
  }
  watched.modes.length = 0;
});
afterEach(() => {
  watched.refused = false;
});

describe('a command that only looks', () => {
  it.each([
    'sessions',
    'sessions --subject M1',
    'trials 1',
    'trials 1 --csv',
    'trials 1 --json',
    'certificate 1',
    'today --from 24',
    'stage M1',
    'log M1 --out log.html',
    'subject list',
    'subject show M1',
    'exclude 1',
    'note 1',
    'odorant list',
    'data check --sessions 0',
    'data backup copy.sqlite',
  ])('opens the record to read, and leaves every byte of it: rig %s', async (line) => {
    const before = readFileSync(at.file('a.sqlite'));
    const { code, err } = await rig(line);
    expect([code, err]).toEqual([0, '']);
    expect(watched.modes).toContain('read');
    expect(watched.modes).not.toContain('write');
    expect(readFileSync(at.file('a.sqlite')).equals(before)).toBe(true);
  });

  it('is told from one that enters something', async () => {
    await rig('note 1 spout-moved --operator Kim');
    expect(watched.modes).toContain('write');
  });

  it('exports what is rolled up without writing', async () => {
    await rig('data rebuild');
    watched.modes.length = 0;
    expect((await rig('export --all --format csv')).code).toBe(0);
    expect(watched.modes).not.toContain('write');
  });
});

describe('where the record cannot be written', () => {
  it('rig verify judges all the same, and says that the verdicts are not kept', async () => {
    watched.refused = true;
    const { code, out, err } = await rig('verify 1');
    expect([code, err]).toEqual([
      0,
      `${at.file('a.sqlite')} cannot be written now, so the verdicts are not kept with the trials.\n`,
    ]);
    expect(out).toContain('consistent: 3 trials');
  });

  it('rig data check comes to its verdict all the same, and says so once', async () => {
    expect((await rig('run --subject M2 --rig virtual --trials 3 --seed 2')).code).toBe(0);
    watched.refused = true;
    const { code, out, err } = await rig('data check');
    expect([code, err.match(/cannot be written now/g)]).toEqual([0, ['cannot be written now']]);
    expect(out).toMatch(/^Sound: .*; 2 sessions replayed\.\n$/);
  });

  it('rig export goes on, and says what is missing', async () => {
    const db = openRecord(at.file('a.sqlite'), { mode: 'write' });
    db.exec('DELETE FROM trial_facts; DELETE FROM rolled_up');
    db.close();
    watched.refused = true;
    const { code, out, err } = await rig('export 1 --format json');
    expect(code).toBe(0);
    expect(JSON.parse(out).trials).toMatchObject(Array(3).fill({ start_s: null, licks_choice: null }));
    expect(err).toMatch(
      /^Note: The record cannot be written, so what the events say .* is missing or out of date for 1 session\./,
    );
    watched.refused = false;
    expect(JSON.parse((await rig('export 1 --format json')).out).trials[0].start_s).toBe(0);
  });
});
