/** A session beside a microscope: what it waits for, what it says when frames fail, and what stands in the record. */
import { readFileSync, writeFileSync } from 'node:fs';
import { Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { openRecord } from '#data/open.ts';
import { readCertificate, readEvents, readFaults, readFrames, readImaging, readTrials } from '#data/reads.ts';
import { createEmulatedRig } from '#hardware/emulator/emulated-rig.ts';
import type { LickEdge, Mouse } from '#hardware/mouse/mouse.ts';
import { findRigFile, parseRigFile } from '#hardware/rig-file.ts';
import { VirtualRig } from '#hardware/virtual/virtual-rig.ts';
import { EventCode } from '#machines/vocabulary.ts';
import { figuresTable, type StoredFigures } from '#src/certificate-text.ts';
import { type ChosenRig, emulatedTime } from '#src/rigs.ts';
import { type Place, place } from './driver.ts';
import { live, quick } from './live-driver.ts';

const imaging = JSON.parse(readFileSync(new URL('../../hardware/rigs/imaging.json', import.meta.url), 'utf8')) as {
  lines: Record<string, Record<string, unknown>>;
} & Record<string, unknown>;

/** The imaging rig without its simulated microscope, for the test brings one, and without sync pulses, which are events. */
function fileOf(kind: 'virtual' | 'emulated', frames: Record<string, unknown> = {}) {
  const { simulateHz: _, ...line } = imaging.lines.frames!;
  const { sync: __, ...others } = imaging.lines;
  const lines = { ...others, frames: { ...line, ...frames } };
  return parseRigFile(JSON.stringify({ ...imaging, kind, lines }), 'imaging, changed');
}

/** A mouse that keeps still beside a microscope that pulses so: onset and length in ms since power-up. */
function microscope(pulses: readonly (readonly [atMs: number, forMs: number])[]): Mouse {
  const edges = pulses.flatMap(([atMs, forMs]): LickEdge[] => [
    { atUs: atMs * 1000, line: 'frames', on: true },
    { atUs: (atMs + forMs) * 1000, line: 'frames', on: false },
  ]);
  edges.sort((a, b) => a.atUs - b.atUs);
  let next = 0;
  return { sense: () => {}, next: () => edges[next] ?? null, made: () => void next++ };
}

/** Frames of 10 ms from one time to another, in seconds. */
function frames(hz: number, fromS: number, toS: number): [number, number][] {
  return Array.from({ length: Math.round((toS - fromS) * hz) }, (_, frame) => [fromS * 1000 + (frame * 1000) / hz, 10]);
}

function virtual(mouse: Mouse, line?: Record<string, unknown>): ChosenRig {
  const file = fileOf('virtual', line);
  const rig = new VirtualRig({ file, mouse });
  return {
    file,
    rig,
    time: { nowMs: () => rig.nowMs, pass: (ms) => rig.pass(ms), after: null },
    commit: 'session',
    mouse: null,
  };
}

function emulated(mouse: Mouse) {
  const file = fileOf('emulated');
  const rig = createEmulatedRig({ file, mouse });
  return { file, rig, time: emulatedTime(rig), commit: 'session', mouse: null } as const;
}

function recorded(path: string) {
  const db = openRecord(path, { mode: 'read' });
  try {
    return {
      imaging: readImaging(db, 1)!,
      frames: readFrames(db, 1),
      trials: readTrials(db, 1),
      events: [...readEvents(db, 1)],
      faults: readFaults(db, 1),
    };
  } finally {
    db.close();
  }
}

const set = `--set ${Object.entries(quick)
  .map((pair) => pair.join('='))
  .join(' ')}`;

function virtualImaging(at: Place, line: Record<string, unknown> = {}): void {
  const lines = { ...imaging.lines, frames: { ...imaging.lines.frames, ...line } };
  writeFileSync(at.file('v.json'), JSON.stringify({ ...imaging, kind: 'virtual', lines }));
}

describe('the first trial', () => {
  it.each(['imaging', './v.json'])(
    'waits for the good frames of the rig file, and the record is consistent: %s',
    async (rig) => {
      const at = place();
      virtualImaging(at);
      const { code, out } = await at.rig(`run --subject M001 --rig ${rig} --trials 4 --seed 3 --db a.sqlite ${set}`);
      expect(code).toBe(0);
      expect(out).toMatch(
        /\nWaiting for the microscope: 0 of 30 frames\. Start it, or press Ctrl-C to end\.\n30 good frames in a row: the first trial begins\.\ntrial +1/,
      );
      expect(out.match(/Waiting/g)).toHaveLength(1);
      const { imaging: row, frames, trials, events, faults } = recorded(at.file('a.sqlite'));
      expect(row).toMatchObject({
        nominalHz: 30,
        leastPulseUs: 500,
        holdFrames: 30,
        alreadyRunning: false,
        rejectedPulses: 0,
      });
      expect(out).toContain(`\nFrame clock: ${frames.length} frames at 30 Hz, without a gap.\n`);
      expect(faults).toEqual([]);
      // A good frame has one before it.
      const before = frames.filter(({ seq }) => seq < trials[0]!.firstSeq).length;
      expect([before >= 31, before < 40]).toEqual([true, true]);
      expect(frames.map(({ frame }) => frame)).toEqual(frames.map((_, index) => index));
      const onset = (findRigFile('imaging').inputs.findIndex(({ name }) => name === 'frames') << 1) | 1;
      expect(frames.every(({ seq }) => events[seq]!.code === EventCode.input && events[seq]!.value === onset)).toBe(
        true,
      );
      for (const { frame, seq, trial } of frames) {
        const { ticks } = events[seq]!;
        const during = trials.find(({ startTicks, endTicks }) => startTicks <= ticks && ticks <= endTicks);
        expect([frame, trial]).toEqual([frame, during?.trial ?? null]);
      }
      expect((await at.rig('verify 1 --db a.sqlite')).out).toContain('consistent: 4 trials');
    },
  );

  it('waits for as many as the command says, and for none with 0', async () => {
    const at = place();
    const run = (frames: number, db: string) =>
      at.rig(`run --subject M001 --rig imaging --trials 1 --hold-frames ${frames} --db ${db} ${set}`);
    expect((await run(7, 'a.sqlite')).out).toContain('7 good frames in a row: the first trial begins.');
    expect(recorded(at.file('a.sqlite')).imaging.holdFrames).toBe(7);
    expect((await run(0, 'b.sqlite')).out).not.toMatch(/Waiting|frames in a row/);
    expect(recorded(at.file('b.sqlite')).imaging.holdFrames).toBe(0);
  });

  it('may be paused and given up while it waits, by keys', async () => {
    const at = place();
    virtualImaging(at, { simulateHz: 10, nominalHz: 10 });
    const keys$ = new Subject<string>();
    const pressed = new Set<string>();
    const once = (key: string, when: boolean) => {
      if (!when || pressed.has(key)) return;
      pressed.add(key);
      queueMicrotask(() => {
        for (const each of key) keys$.next(each);
      });
    };
    const { code, out } = await at.rig('run --subject M001 --rig ./v.json --hold-frames 9000 --pace 50 --db a.sqlite', {
      tty: true,
      keys$,
      env: { NO_COLOR: '1' },
      onOut: (text) => {
        once('p', /Waiting for the microscope: [1-9]\d* of 9000 frames\./.test(text));
        once('p ', /paused/.test(text));
        once('f', /paused.*of 9000 frames\..*of 9000 frames\./s.test(text));
      },
    });
    expect(code).toBe(0);
    expect(out).toMatch(/Start it, or press f to end\..*paused.*Start it, or press f to end\..*Finished as asked\./s);
    const { trials, frames: seen } = recorded(at.file('a.sqlite'));
    expect([trials.length, seen.length > 0]).toEqual([0, true]);
  });

  it('begins the time of the session, however long it waited', async () => {
    const at = place();
    virtualImaging(at, { simulateHz: 1, nominalHz: 1 });
    const { out } = await at.rig('run --subject M001 --rig ./v.json --hold-frames 200 --minutes 1 --db a.sqlite');
    expect(out).toContain('The time is up.');
    expect(recorded(at.file('a.sqlite')).trials).toHaveLength(3);
  });

  it('gives free water while it waits; the frames of that pulse belong to no trial', async () => {
    const at = place();
    virtualImaging(at, { simulateHz: 100, nominalHz: 100 });
    const keys$ = new Subject<string>();
    let pressed = false;
    const { out } = await at.rig(`run --subject M001 --rig ./v.json --trials 1 --pace 20 --db a.sqlite ${set}`, {
      tty: true,
      keys$,
      onOut: (text) => {
        if (pressed || !/: [1-9]\d? of 30 frames/.test(text)) return;
        pressed = true;
        queueMicrotask(() => keys$.next('w'));
      },
    });
    expect(out).toContain('free water');
    const { frames: seen, events } = recorded(at.file('a.sqlite'));
    const [from, to] = [EventCode.start, EventCode.end].map((wanted) => events.find(({ code }) => code === wanted)!);
    const flowing = seen.filter(({ seq }) => seq > from!.seq && seq < to!.seq);
    expect([from!.value, flowing.length >= 3]).toEqual([0xffff, true]);
    expect(new Set(flowing.map(({ trial }) => trial))).toEqual(new Set([null]));
  });

  it.each([
    [
      'a rig without a frame clock',
      'virtual',
      /the rig virtual has no frame clock.*Nothing was started.*kind frameClock/s,
    ],
    ['a simulated rig without a microscope', './none.json', /has no microscope.*Nothing was started.*simulateHz/s],
  ])('is refused to wait on %s, where it would wait for ever', async (_, rig, message) => {
    const at = place();
    const { simulateHz: __, ...line } = imaging.lines.frames!;
    writeFileSync(at.file('none.json'), JSON.stringify({ ...imaging, lines: { ...imaging.lines, frames: line } }));
    const { code, err } = await at.rig(`run --subject M001 --rig ${rig} --hold-frames 30 --db a.sqlite`);
    expect(code).toBe(2);
    expect(err).toMatch(message);
    if (rig !== 'virtual') expect((await at.rig(`run --subject M001 --rig ${rig} --db a.sqlite`)).code).toBe(2);
  });
});

describe('frames that fail', () => {
  /** Trial 1 from 2 s to 22 s or so; a gap and its end, then the wrong rate in trial 2, and short pulses. */
  const failing = () => {
    const short: [number, number][] = [8008, 12_020, 30_001].map((atMs) => [atMs + 14, 0.3]);
    const runs = [frames(30, 1.5, 10), frames(30, 14, 25), frames(20, 25, 32), frames(30, 32, 60)];
    return microscope([...runs.flat(), ...short]);
  };

  it.each(['virtual', 'emulated'] as const)(
    'are told once when they begin and once when they are over, by trial, and stop nothing: %s',
    async (kind) => {
      const chosen = kind === 'virtual' ? virtual(failing()) : emulated(failing());
      const ran = await live(chosen, { limits: { trials: 2, holdFrames: 20 } });
      expect(ran.report.ending).toEqual({ reason: 'trials', fault: null });
      expect(ran.exitCode).toBe(0);
      const faults = ran.read((db) => readFaults(db, 1));
      expect(faults.map(({ code, trial }) => [code, trial])).toEqual([
        ['frameGap', 1],
        ['frameGapOver', 1],
        ['frameRate', 2],
        ['frameRateOver', 2],
      ]);
      expect(faults[0]!.message).toMatch(/No frame has come.*Nothing changes for the animal.*cable/);
      for (const { message } of faults) expect(ran.out.split(message)).toHaveLength(2);
      expect(ran.read((db) => readTrials(db, 1)).map(({ endReason }) => endReason)).toEqual([0, 0]);
      const total = ran.read((db) => readFrames(db, 1)).length;
      expect(ran.report.frames).toEqual({
        frames: total,
        rejectedPulses: 3,
        alreadyRunning: false,
        gaps: 1,
        rateAlarms: 1,
        nominalHz: 30,
      });
      expect(ran.read((db) => readImaging(db, 1))).toMatchObject({ rejectedPulses: 3 });
      const { figures } = ran.read((db) => readCertificate(db, 1))!;
      expect(figures).toMatchObject({ frameClock: ran.report.frames });
      const shown = figuresTable(figures as StoredFigures);
      expect(shown).toMatch(new RegExp(`frame clock +${total} frames at 30 Hz\\n`));
      expect(shown).toMatch(/frame alarms +1 gap, 1 of the rate\n *pulses rejected +3\n/);
      expect(ran.out).toContain(
        `Frame clock: ${total} frames at 30 Hz; 3 pulses too short to be frames left out, 1 gap, 1 time off its rate.`,
      );
      expect(await ran.verify()).toContain('consistent: 2 trials');
    },
  );

  it('by their silence are told within a second, though the board has nothing to say', async () => {
    const chosen = emulated(microscope(frames(30, 1.5, 4)));
    const told: number[] = [];
    const ran = await live(chosen, {
      limits: { trials: 1, holdFrames: 20 },
      settings: { baselineMs: '10000' },
      onOut: (text) => {
        if (text.startsWith('No frame has come')) told.push(chosen.rig.lockStep.nowMs());
      },
    });
    expect(ran.read((db) => readFaults(db, 1)).map(({ code }) => code)).toEqual(['frameGap']);
    // The next event of any kind, the end of the baseline, would come at 12 s.
    expect(told.map((ms) => ms > 4100 && ms < 5400)).toEqual([true]);
  });

  it('that ran before the rig was opened are told, for their count is not that of the images', async () => {
    const ran = await live(emulated(microscope(frames(30, 0, 30))), { limits: { trials: 1 }, settings: quick });
    expect(ran.read((db) => readFaults(db, 1)).map(({ code }) => code)).toEqual(['framesRunning']);
    expect(ran.read((db) => readImaging(db, 1))).toMatchObject({ alreadyRunning: true });
    expect(ran.out).toMatch(/already running when the rig was opened.*--hold-frames/);
    const late = await live(emulated(microscope(frames(30, 6, 30))), {
      limits: { trials: 1, holdFrames: 10 },
      settings: quick,
    });
    expect(late.read((db) => readImaging(db, 1))).toMatchObject({ alreadyRunning: false });
    expect(late.read((db) => readFaults(db, 1))).toEqual([]);
  });

  it('that never came are told at the end', async () => {
    const ran = await live(virtual(microscope([])), { limits: { trials: 1 }, settings: quick });
    expect(ran.out).toContain(
      'Frame clock: 0 frames at 30 Hz; the microscope was off, or its frame clock did not reach',
    );
  });
});

describe('frames over a restart of the board', () => {
  it('are counted on, each once, by its onset and in its trial', async () => {
    const chosen = emulated(microscope(frames(30, 1.5, 60)));
    chosen.rig.lockStep.after(8000, () => chosen.rig.bench.mcu.reset('external'));
    const ran = await live(chosen, { limits: { trials: 4, holdFrames: 10 }, settings: quick });
    const { seen, trials, events } = ran.read((db) => ({
      seen: readFrames(db, 1),
      trials: readTrials(db, 1),
      events: [...readEvents(db, 1)],
    }));
    expect(new Set(trials.map(({ segment }) => segment))).toEqual(new Set([0, 1]));
    expect(seen.map(({ frame }) => frame)).toEqual(seen.map((_, index) => index));
    expect(seen.every(({ seq }) => events[seq]!.code === EventCode.input)).toBe(true);
    const last = trials.at(-1)!;
    expect(seen.filter(({ trial }) => trial === last.trial).length).toBeGreaterThan(50);
    expect(ran.read((db) => readImaging(db, 1))).toMatchObject({ alreadyRunning: false });
  });
});
