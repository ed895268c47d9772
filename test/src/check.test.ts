/** `rig check`, `rig pulse` and `rig certificate` as a technician meets them. */
import { writeFileSync } from 'node:fs';
import { of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { findRigFile } from '#hardware/rig-file.ts';
import { type Place, place } from './driver.ts';

/** A rig file as shipped, changed, in the test's folder. */
function rigFile(at: Place, shipped: string, change: (text: { lines: Record<string, object> }) => object): string {
  writeFileSync(at.file('rig.json'), JSON.stringify(change(JSON.parse(findRigFile(shipped).text))));
  return './rig.json';
}

const lamp = { kind: 'lamp', pin: 10, longestOnMs: 60000 };

describe('rig check', () => {
  it('tells board, clock, link, licks, firings, opto and lamp of an emulated rig, a line each', async () => {
    const at = place();
    const named = rigFile(at, 'emulated', ({ lines, ...rest }) => ({ ...rest, lines: { ...lines, lamp } }));
    const { code, out } = await at.rig(`check ${named}`);
    const told = [...out.matchAll(/^(PASS|WARN|FAIL| {2}- ) {2}(\w+)/gm)].map(([, grade, what]) => `${grade} ${what}`);
    expect(told).toEqual(['board', 'clock', 'link', 'lick', 'firings', 'opto', 'lamp'].map((what) => `PASS ${what}`));
    expect(out).toMatch(/^SIMULATED check of rig emulated\n/);
    expect(out).toContain('PASS: the rig is fit for a session.');
    expect(code).toBe(0);
  });

  it('says of a virtual rig what cannot be checked', async () => {
    const { code, out } = await place().rig('check virtual');
    expect(out).toMatch(/^ {2}- {3}board {2,}virtual time: there is no board/m);
    expect(code).toBe(0);
  });

  it('fails for a board that is not there, and says what to do', async () => {
    const { code, out, err } = await place().rig('check uno');
    expect(out).toMatch(/FAIL {2}board {2,}.*serial number/);
    expect(out.replace(/\s+/g, ' ')).toContain('Check the cable and the rig file.');
    expect(out).toContain('FAIL: run no session on this rig');
    expect([code, err]).toEqual([1, '']);
  });

  it('asks before it fires a real rig, and takes no for an answer', async () => {
    const { out } = await place().rig('check uno', { tty: true, keys$: of('n') });
    expect(out).toContain('Fire odourA, odourB, odourC, odourD, water, opto, trial, maskingLight now?');
    expect(out).toContain('y/n no');
  });

  it('ends at Ctrl-C in its question, without opening a port', async () => {
    const at = place();
    const { code, out, err } = await at.rig('check uno', {
      tty: true,
      onOut: (text) => {
        if (text.endsWith('y/n ')) setImmediate(() => at.interrupt());
      },
    });
    expect(out).not.toContain('board');
    expect(err).toContain('stopped as asked');
    expect(code).toBe(130);
  });

  it('says how long the rig rests and is fired, before it does', async () => {
    const { out } = await place().rig('check emulated');
    const told = out.indexOf('The rig rests, then valves and lights one after another: about 4 seconds.');
    expect(told).toBeGreaterThan(out.indexOf('  board  '));
    expect(told).toBeLessThan(out.indexOf('  lick  '));
  });

  it('asks nobody to touch a simulated spout', async () => {
    const { code, out } = await place().rig('check emulated --touch');
    expect(out).toContain('nobody can touch a simulated spout');
    expect(code).toBe(0);
  });

  it('ends at Ctrl-C with all outputs shut', async () => {
    const at = place();
    const long = {
      kind: 'sync',
      pin: 10,
      longestOnMs: 60000,
      random: { leastMs: 20_000, mostMs: 30_000, widthMs: 10 },
    };
    const named = rigFile(at, 'emulated', ({ lines, ...rest }) => ({ ...rest, lines: { ...lines, sync: long } }));
    const { code, err } = await at.rig(`check ${named}`, {
      onOut: (text) => {
        if (text.includes('PASS  board')) setImmediate(() => at.interrupt());
      },
    });
    expect(err).toContain('stopped as asked; all outputs are shut');
    expect(code).toBe(130);
  });
});

describe('rig pulse', () => {
  it.each(['virtual', 'emulated'])('opens a line of the %s rig for its time, by the stamps', async (rig) => {
    const { code, out } = await place().rig(`pulse ${rig} water 20`);
    expect(out).toMatch(
      /^SIMULATED water was commanded open for 20\.000 ms by (the board's clock|virtual time), 20 asked\./,
    );
    expect(out).toContain('This is in no record');
    expect(code).toBe(0);
  });

  it.each([
    ['odourQ 5', 1, /no output line "odourQ".*Its outputs are/],
    ['water 1000', 1, /Give more than 0 and less than 1000000 us/],
    ['water soon', 2, /a number of milliseconds over 0/],
    ['water 0', 2, /a number of milliseconds over 0/],
  ])('refuses %s', async (words, code, message) => {
    const ran = await place().rig(`pulse virtual ${words}`);
    expect([ran.code, ran.out]).toEqual([code, '']);
    expect(ran.err).toMatch(message);
  });

  it('opens no water of a real rig without a yes', async () => {
    const quiet = await place().rig('pulse uno water 20');
    expect(quiet.err).toContain('"water" was not opened. Answer y at the terminal, or add --yes.');
    const no = await place().rig('pulse uno water 20', { tty: true, keys$: of('x') });
    expect(no.out).toContain('Water will flow from "water" for 20 ms. Is the animal out? y/n no');
    expect([quiet.code, no.code]).toEqual([1, 1]);
    const yes = await place().rig('pulse uno water 20', { tty: true, keys$: of('y') });
    expect(yes.err).toContain('No board with the USB serial number');
  });

  it.each([
    ['opto', 'Light will shine from "opto" for 20 ms.'],
    ['puff', 'Air will blow from "puff" for 20 ms.'],
  ])('asks before it opens %s of a real rig', async (line, question) => {
    const at = place();
    const puff = { kind: 'puff', pin: 12, longestOnMs: 1000 };
    const named = rigFile(at, 'uno', ({ lines, ...rest }) => ({ ...rest, lines: { ...lines, puff } }));
    const { code, out } = await at.rig(`pulse ${named} ${line} 20`, { tty: true, keys$: of('n') });
    expect(out).toBe(`${question} Is the animal out? y/n no\n`);
    expect(code).toBe(1);
  });

  it('opens no line that the board drives by itself', async () => {
    const lamp = await place().rig('pulse uno lamp 20');
    expect(lamp.err).toContain('only the board itself lights');
    const sync = await place().rig('pulse imaging sync 20');
    expect(sync.err).toContain('"rig check" counts them');
    expect([lamp.code, sync.code]).toEqual([2, 2]);
  });

  it('says so when the envelope keeps the line shut', async () => {
    const at = place();
    const dry = { kind: 'water', pin: 8, longestOnMs: 1000, flowUlPerS: 1000 };
    const named = rigFile(at, 'emulated', ({ lines, ...rest }) => {
      return { ...rest, waterPerSessionUl: 1, lines: { ...lines, water: dry } };
    });
    const { code, out } = await at.rig(`pulse ${named} water 500`);
    expect(out).toMatch(/for [01]\.\d{3} ms by the board's clock, 500 asked\.\nIt was cut short: the rig's own limits/);
    expect(code).toBe(1);
  });
});

describe('the timing certificate', () => {
  const short = 'baselineMs=100 odour1Ms=100 delayMs=200 odour2Ms=100 choiceMs=300 consumptionMs=100 intervalMs=250';
  const run = (rig: string) => `run --subject M001 --rig ${rig} --trials 4 --seed 3 --db a.sqlite --set ${short}`;

  it('of an emulated session is told at its end, stands in the record, and is told again with all figures', async () => {
    const at = place();
    const ran = await at.rig(run('emulated'));
    const line = /^Timing (PASS: timers at worst [\d.]+ us late, .* 4 of 4 trials proved by replay\.)$/m.exec(
      ran.out,
    )?.[1];
    expect(line, ran.out).toBeDefined();
    expect(ran.out).toContain('rig certificate 1 --db a.sqlite');
    const { code, out } = await at.rig('certificate 1 --db a.sqlite');
    expect(out).toContain(`Timing ${line}\n`);
    expect(out).toMatch(/measured by +the board\n/);
    expect(out).toMatch(/timer to pins +[\d.]+ us on average, [\d.]+ at worst \(\d+\)\n/);
    expect(out).toMatch(/trials +4: 4 consistent, 0 not, 0 not judged\n/);
    expect(out).toContain('not of odour or water delivered');
    expect(code).toBe(0);
  });

  it('of a virtual session says that nothing was measured', async () => {
    const at = place();
    expect((await at.rig(run('virtual'))).out).toContain('Timing PASS: virtual: nothing measured.\n');
    const { out } = await at.rig('certificate 1 --db a.sqlite');
    expect(out).toMatch(/trials +4: 0 consistent, 0 not, 4 not judged\n/);
  });
});
