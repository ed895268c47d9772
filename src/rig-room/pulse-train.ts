/** Many pulses of one line, each timed by the board; with a visible end, and shut by Ctrl-C. */
import { restsOf } from '#hardware/self-test.ts';
import { ticksBetween } from '#machines/time.ts';
import { EventCode, type RawEvent } from '#machines/vocabulary.ts';
import type { Io } from '../io.ts';
import { chooseRig } from '../rigs.ts';

export interface Train {
  /** A shipped rig's name, or the path of a rig file. */
  readonly rig: string;
  readonly port?: string | undefined;
  readonly line: string;
  readonly ms: number;
  readonly pulses: number;
  /** From one pulse's end to the next one. */
  readonly restMs: number;
}

export interface TrainDone {
  readonly pulses: number;
  /** Commanded open in all, by the device's clock. */
  readonly openMs: number;
  /** By Ctrl-C; the line is shut. */
  readonly stopped: boolean;
}

/** `tell`: after each pulse, with how many there were. @throws RigError */
export async function pulseTrain(train: Train, io: Io, tell: (pulses: number) => void): Promise<TrainDone> {
  const { line, ms, pulses, restMs, port } = train;
  const { rig } = chooseRig({ rig: train.rig, port, seed: 0, empty: true, use: { noAnimal: true } });
  const bit = 1 << rig.lines.outputs.indexOf(line);
  let openTicks = 0;
  let openedAt: number | null = null;
  const hear = ({ code, value, ticks, seq }: RawEvent) => {
    rig.acknowledge(seq);
    if (code !== EventCode.output) return;
    if ((value & bit) !== 0) openedAt ??= ticks;
    else if (openedAt !== null) {
      openTicks += ticksBetween(openedAt, ticks);
      openedAt = null;
    }
  };
  const open = rig.events$.subscribe({ next: hear, error: () => {} });
  let stopped = false;
  // Closing shuts the line.
  open.add(
    io.interrupts$.subscribe(() => {
      stopped = true;
      void rig.close();
    }),
  );
  let fired = 0;
  try {
    await rig.open();
    const pause = restsOf(rig);
    while (fired < pulses && !stopped) {
      await rig.pulse(line, ms * 1000);
      await pause(restMs);
      fired++;
      tell(fired);
    }
  } catch (error) {
    if (!stopped) throw error;
  } finally {
    open.unsubscribe();
    await rig.close();
  }
  return { pulses: fired, openMs: openTicks / rig.ticksPerMs, stopped };
}
