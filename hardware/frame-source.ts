/**
 * The microscope of a simulated rig: pulses at its rate on the frame clock's line, from shortly after power-up on. It
 * stands beside the mouse at the pins, so a rig cannot tell its edges from real ones.
 */
import type { LickEdge, Mouse } from './mouse/mouse.ts';
import type { RigFile } from './rig-file.ts';

/** Late enough that the waiting for it is seen, early enough that a check of the rig finds it running. */
const STARTS_US = 1_500_000;
/** A frame's pulse is on for half of its time. */
const DUTY = 0.5;

/** The mouse, if any, and the microscope that the rig file asks for; null: there is neither. */
export function withMicroscope(mouse: Mouse | null, { inputs }: RigFile): Mouse | null {
  const line = inputs.find(({ simulateHz }) => simulateHz !== null);
  return line === undefined ? mouse : new BesideMouse(mouse, line.name, line.simulateHz!);
}

class BesideMouse implements Mouse {
  readonly #mouse: Mouse | null;
  readonly #line: string;
  readonly #periodUs: number;
  #edges = 0;

  constructor(mouse: Mouse | null, line: string, hz: number) {
    this.#mouse = mouse;
    this.#line = line;
    this.#periodUs = 1e6 / hz;
  }

  sense(atUs: number, line: string, on: boolean): void {
    this.#mouse?.sense(atUs, line, on);
  }

  next(): LickEdge {
    const lick = this.#mouse?.next() ?? null;
    const frame = this.#frame();
    return lick !== null && lick.atUs <= frame.atUs ? lick : frame;
  }

  made(): void {
    const lick = this.#mouse?.next() ?? null;
    if (lick !== null && lick.atUs <= this.#frame().atUs) this.#mouse!.made();
    else this.#edges++;
  }

  #frame(): LickEdge {
    const on = this.#edges % 2 === 0;
    const periods = Math.floor(this.#edges / 2) + (on ? 0 : DUTY);
    return { atUs: STARTS_US + Math.round(periods * this.#periodUs), line: this.#line, on };
  }
}
