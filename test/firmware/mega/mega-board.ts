/**
 * An Arduino Mega simulated by simavr (simulated.c beside this file), with the committed firmware in its flash: for the
 * host a byte port and a clock. In lock-step: its time moves only while the host waits.
 *
 * simavr counts cycles nearly as the chip does (its serial line sends a byte in 11 bit times), so it shows what the
 * firmware does; the exact figures are the emulated Uno's.
 */
import { type ChildProcessWithoutNullStreams, execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { boardKinds, readImage } from '#hardware/board/board-kinds.ts';
import type { BytePort } from '#hardware/link/byte-port.ts';
import type { HostClock } from '#hardware/link/host-clock.ts';

const HEADERS = '/usr/include/simavr';
const hasSimavr = existsSync(join(HEADERS, 'sim_avr.h')) && spawnSync('cc', ['--version']).status === 0;
export const megaSkip = hasSimavr ? '' : ' (skipped: simavr is not installed; Debian: libsimavr-dev and a C compiler)';

const CYCLES_PER_MS = 16_000;
/** How far the board may run before the host gets a turn. */
const SLICE_CYCLES = CYCLES_PER_MS;

interface Alarm {
  readonly atCycle: number;
  readonly callback: () => void;
}

export interface PinChange {
  readonly cycle: number;
  readonly port: string;
  /** What the port drives; inputs count as low. */
  readonly levels: number;
}

export class MegaBoard implements HostClock {
  cycles = 0;
  readonly changes: PinChange[] = [];
  /** Analogue channels converted, one after another. (simavr holds no voltage for those above 7.) */
  readonly converted: number[] = [];
  readonly #folder = mkdtempSync(join(tmpdir(), 'rehearsal-mega-'));
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #lines: Interface;
  readonly #alarms = new Set<Alarm>();
  #onBytes: (bytes: Uint8Array) => void = () => {};
  #over: (() => void) | null = null;
  #died: string | null = null;

  constructor() {
    const program = join(this.#folder, 'simulated');
    const source = join(import.meta.dirname, 'simulated.c');
    execFileSync('cc', ['-O2', '-w', '-o', program, source, `-I${HEADERS}`, '-lsimavr']);
    const flash = join(this.#folder, 'flash');
    writeFileSync(flash, readImage(boardKinds.mega));
    this.#process = spawn(program, [flash]);
    this.#process.on('exit', (code) => {
      this.#died = `The simulator has ended by itself (${code}).`;
      this.#over?.();
    });
    this.#lines = createInterface(this.#process.stdout);
    this.#lines.on('line', (line) => this.#take(line));
  }

  nowMs(): number {
    return this.cycles / CYCLES_PER_MS;
  }

  after(ms: number, callback: () => void): () => void {
    const alarm = { atCycle: this.cycles + Math.round(ms * CYCLES_PER_MS), callback };
    this.#alarms.add(alarm);
    return () => this.#alarms.delete(alarm);
  }

  readonly port: BytePort = {
    name: 'simavr',
    write: (bytes) => this.#say(`send ${[...bytes].map((byte) => byte.toString(16)).join(' ')}`),
    onBytes: (listener) => {
      this.#onBytes = listener;
    },
    onLost: () => {},
    close: async () => {},
  };

  /** Puts a level at an input pin, as in `K0`, at a cycle or at once. */
  setPin(pin: string, level: boolean, atCycle = 0): void {
    this.#say(`level ${atCycle} ${pin[0]} ${pin[1]} ${level ? 1 : 0}`);
  }

  /** From now on the main loop hangs where it would have told the watchdog that it lives. */
  hang(): void {
    this.#say('hang');
  }

  /** What a port drives now. */
  levels(port: string): number {
    return this.changes.findLast((change) => change.port === port)?.levels ?? 0;
  }

  /** Lets the board run until `work` is settled. @throws what `work` throws, and Error when the simulator dies. */
  async wait<T>(work: Promise<T>): Promise<T> {
    let settled = false;
    const done = work.finally(() => {
      settled = true;
    });
    done.catch(() => {});
    for (;;) {
      // The host's turn first: what it wants to say, it says before time moves on.
      await new Promise((resolve) => setImmediate(resolve));
      if (settled) return done;
      await this.#slice();
    }
  }

  async runMs(ms: number): Promise<void> {
    await this.wait(new Promise<void>((resolve) => this.after(ms, resolve)));
  }

  end(): void {
    this.#process.removeAllListeners('exit');
    this.#process.kill();
    rmSync(this.#folder, { recursive: true });
  }

  async #slice(): Promise<void> {
    let until = this.cycles + SLICE_CYCLES;
    for (const { atCycle } of this.#alarms) until = Math.min(until, Math.max(atCycle, this.cycles + 1));
    await new Promise<void>((resolve) => {
      this.#over = resolve;
      this.#say(`run ${until - this.cycles}`);
    });
    if (this.#died !== null) throw new Error(this.#died);
    for (const alarm of [...this.#alarms]) {
      if (alarm.atCycle > this.cycles) continue;
      this.#alarms.delete(alarm);
      alarm.callback();
    }
  }

  #say(line: string): void {
    this.#process.stdin.write(`${line}\n`);
  }

  #take(line: string): void {
    const [what, cycle, first = '', second = ''] = line.split(' ');
    if (what === 'byte') this.#onBytes(Uint8Array.of(Number.parseInt(first, 16)));
    if (what === 'pin') {
      this.changes.push({ cycle: Number(cycle), port: first, levels: Number.parseInt(second, 16) });
    }
    if (what === 'adc') this.converted.push(Number(first));
    if (what !== 'at') return;
    this.cycles = Number(cycle);
    this.#over?.();
  }
}
