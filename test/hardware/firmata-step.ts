/**
 * The firmata rig in lock-step with an emulated board whose firmware is in bench mode. A Firmata report is three bytes and
 * has no end mark, so every byte reaches the host when its stop bit has left the board; the host answers at that instant.
 */
import { Bench } from '#hardware/emulator/bench.ts';
import { firmwareImage } from '#hardware/emulator/firmware-image.ts';
import { Line } from '#hardware/emulator/line.ts';
import { AtMega328p, CYCLES_PER_SECOND } from '#hardware/emulator/mcu.ts';
import { FirmataRig } from '#hardware/firmata/firmata-rig.ts';
import type { BytePort } from '#hardware/link/byte-port.ts';
import type { HostClock } from '#hardware/link/host-clock.ts';
import type { Mouse } from '#hardware/mouse/mouse.ts';
import type { Rig } from '#hardware/rig.ts';
import type { RigFile } from '#hardware/rig-file.ts';

interface Alarm {
  readonly atCycle: number;
  readonly callback: () => void;
}

/** So that a host with nothing to wait for gets its turn now and then. */
const SLICE_CYCLES = CYCLES_PER_SECOND / 20;

class ByteStep implements HostClock {
  readonly bench: Bench;
  readonly line: Line;
  readonly #mouse: Mouse | null;
  readonly #alarms = new Set<Alarm>();
  #sent: number[] = [];
  #waiting = 0;
  #running = false;

  constructor(bench: Bench, mouse: Mouse | null) {
    this.bench = bench;
    this.line = new Line(bench.mcu);
    this.#mouse = mouse;
    bench.mcu.onByte((byte) => {
      this.#sent.push(byte);
      bench.mcu.stop();
    });
  }

  nowMs(): number {
    return this.bench.nowMs;
  }

  after(ms: number, callback: () => void): () => void {
    const { clock, nowMs } = this.bench;
    const alarm = { atCycle: Math.ceil(clock.cycleAt((nowMs + ms) * 1000)), callback };
    this.#alarms.add(alarm);
    return () => this.#alarms.delete(alarm);
  }

  async wait<T>(work: Promise<T>): Promise<T> {
    this.#waiting++;
    const done = work.finally(() => {
      this.#waiting--;
    });
    done.catch(() => {});
    if (!this.#running) await this.#run();
    return done;
  }

  async #run(): Promise<void> {
    this.#running = true;
    try {
      for (;;) {
        await new Promise((resolve) => setImmediate(resolve));
        if (this.#waiting === 0) return;
        this.#slice();
      }
    } finally {
      this.#running = false;
    }
  }

  #slice(): void {
    const { mcu } = this.bench;
    let until = mcu.cycles + SLICE_CYCLES;
    for (const { atCycle } of this.#alarms) until = Math.min(until, atCycle);
    while (mcu.cycles < until && this.#sent.length === 0) this.#advance(until);
    const bytes = Uint8Array.from(this.#sent);
    this.#sent = [];
    if (bytes.length > 0) this.line.deliver(bytes);
    for (const alarm of [...this.#alarms]) {
      if (alarm.atCycle > mcu.cycles || !this.#alarms.delete(alarm)) continue;
      alarm.callback();
    }
  }

  #advance(until: number): void {
    const { mcu, clock } = this.bench;
    const edge = this.#mouse?.next() ?? null;
    const edgeAt = edge === null ? Number.POSITIVE_INFINITY : clock.cycleAt(edge.atUs);
    mcu.runUntil(Math.min(until, edgeAt));
    if (edge === null || mcu.cycles < edgeAt || this.#mouse!.next()?.atUs !== edge.atUs) return;
    this.bench.drive(edge);
    this.#mouse!.made();
  }
}

export interface SteppedFirmataRig extends Rig {
  readonly bench: Bench;
  readonly line: Line;
  /** Every write of the host to the port. */
  readonly written: readonly (readonly number[])[];
  /** Lets so much time pass. */
  pass(ms: number): Promise<void>;
}

/** `late`: by how much the host's own timers come late, in ms. */
export function steppedFirmataRig(file: RigFile, mouse: Mouse | null, late: () => number = () => 0): SteppedFirmataRig {
  const bench = new Bench(new AtMega328p(firmwareImage()), file, mouse);
  const step = new ByteStep(bench, mouse);
  const clock: HostClock = {
    nowMs: () => step.nowMs(),
    after: (ms, callback) => step.after(ms + late(), callback),
  };
  const written: number[][] = [];
  const connect = async (): Promise<BytePort> => {
    const port = step.line.port();
    const write = (bytes: Uint8Array) => {
      written.push([...bytes]);
      port.write(bytes);
    };
    return { ...port, write };
  };
  const rig = new FirmataRig({ file, clock, connect });
  const wait = <T>(work: Promise<T>) => step.wait(work);
  return {
    bench,
    line: step.line,
    written,
    pass: (ms) => wait(new Promise((resolve) => step.after(ms, resolve))),
    lines: rig.lines,
    ticksPerMs: rig.ticksPerMs,
    events$: rig.events$,
    status$: rig.status$,
    segments$: rig.segments$,
    clock: () => rig.clock(),
    open: () => wait(rig.open()),
    runTrial: (...asked) => wait(rig.runTrial(...asked)),
    shape: (line, waveform) => wait(rig.shape(line, waveform)),
    allowWater: (ul) => wait(rig.allowWater(ul)),
    timing: () => rig.timing(),
    pulse: (line, us) => wait(rig.pulse(line, us)),
    abort: (reason) => wait(rig.abort(reason)),
    acknowledge: (seq) => rig.acknowledge(seq),
    close: () => wait(rig.close()),
  };
}
