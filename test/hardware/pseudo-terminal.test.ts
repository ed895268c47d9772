/** The board served on a pseudo-terminal and opened by `serialport`: a real port, at real time. */
import { filter, firstValueFrom } from 'rxjs';
import { expect, it, vi } from 'vitest';
import { createBoardRig } from '#hardware/board/serial-rig.ts';
import { type ServedBoard, type ServeOptions, serveBoard } from '#hardware/emulator/serve.ts';
import type { Mouse } from '#hardware/mouse/mouse.ts';
import { findRigFile, parseRigFile, type RigFile } from '#hardware/rig-file.ts';
import { plans, RigDriver } from './rig-driver.ts';
import { licks } from './scripted-mouse.ts';

const onPty = it.skipIf(process.platform === 'win32');

function rigFileFor(port: string): RigFile {
  const json = JSON.parse(findRigFile('emulated').text);
  return parseRigFile(JSON.stringify({ ...json, kind: 'board', simulated: true, find: { port } }), 'pty.json');
}

/** Hands the one board's pins to whichever mouse is there now. */
class Relay implements Mouse {
  current: Mouse | null = null;

  sense(atUs: number, line: string, on: boolean): void {
    this.current?.sense(atUs, line, on);
  }

  next() {
    return this.current?.next() ?? null;
  }

  made(): void {
    this.current?.made();
  }
}

async function served(run: (board: ServedBoard, relay: Relay) => Promise<void>, options: Partial<ServeOptions> = {}) {
  const relay = new Relay();
  const board = await serveBoard({ file: findRigFile('emulated'), mouse: relay, ...options });
  try {
    await run(board, relay);
  } finally {
    await board.close();
  }
}

onPty('runs trials over a serial port as over any line, and can be opened again after it was closed', () =>
  served(async (board, relay) => {
    for (const session of [1, 2]) {
      const driver = await RigDriver.open((mouse) => {
        relay.current = mouse;
        return createBoardRig({ file: rigFileFor(board.path) });
      });
      const hit = await driver.run(plans.go, licks('lick', 500));
      const rejected = await driver.run(plans.noGo);
      expect([hit.outcome, rejected.outcome], `session ${session}`).toEqual(['hit', 'correctRejection']);
      expect([hit.verdict.consistent, rejected.verdict.consistent]).toEqual([true, true]);
      expect(driver.events[0]!.seq).toBe(0);
      await driver.rig.close();
    }
  }),
);

it.skipIf(process.platform !== 'linux')(
  'resets the board at each opening of its port, if told so, and not in between',
  () =>
    served(
      async (board) => {
        const resets: string[] = [];
        board.bench.mcu.onReset((kind) => resets.push(kind));
        const bootIds: number[] = [];
        for (const session of [1, 2]) {
          const rig = createBoardRig({ file: rigFileFor(board.path) });
          bootIds.push((await rig.open()).bootId);
          await rig.pulse('water', 2000);
          await rig.close();
          expect(resets).toHaveLength(session);
          await vi.waitFor(() => expect(board.held()).toBe(false));
        }
        expect(resets).toEqual(['external', 'external']);
        expect(bootIds[1]).toBe(bootIds[0]! + 1);
      },
      { resetOnOpen: true, bootloaderMs: 200 },
    ),
);

onPty('refuses a second session while the first one holds the board, and the first goes on', () =>
  served(async (board) => {
    const open = () => createBoardRig({ file: rigFileFor(board.path) });
    const first = open();
    await first.open();
    const second = open();
    await expect(second.open()).rejects.toMatchObject({ code: 'portBusy' });
    await first.pulse('water', 2000);
    await first.close();
    await second.close();
  }),
);

onPty('says in one plain sentence within 2 s that the board is gone when its port goes in mid-session', () =>
  served(async (board) => {
    const rig = createBoardRig({ file: rigFileFor(board.path) });
    await rig.open();
    const lost = firstValueFrom(rig.status$.pipe(filter((status) => status.kind === 'reconnecting')));
    const from = performance.now();
    await board.close();
    const { message } = (await lost) as { message: string };
    expect(performance.now() - from).toBeLessThan(2000);
    expect(message).toMatch(/cable/);
    await rig.close();
  }),
);

it('names the port that does not exist, and what to do', async () => {
  const rig = createBoardRig({ file: rigFileFor('/dev/no-such-port') });
  await expect(rig.open()).rejects.toMatchObject({
    code: 'portNotFound',
    message: expect.stringContaining('/dev/no-such-port'),
  });
});
