/** What may stand at the pins of a rig without an animal: nothing, or one of the faults that a self-test must find. */
import type { LickEdge, Mouse } from '#hardware/mouse/mouse.ts';

/** Edges that are there from the beginning, in order. */
export class ScriptedPins implements Mouse {
  protected readonly edges: LickEdge[];

  constructor(edges: readonly LickEdge[] = []) {
    this.edges = [...edges];
  }

  sense(_atUs: number, _line: string, _on: boolean): void {}

  next(): LickEdge | null {
    return this.edges[0] ?? null;
  }

  made(): void {
    this.edges.shift();
  }
}

/** Pulses of `widthUs` on a line, `hz` times a second, from `fromUs` on. */
export function pulses(line: string, hz: number, widthUs: number, fromUs: number, count: number): LickEdge[] {
  return Array.from({ length: count }, (_, index) => fromUs + (index * 1e6) / hz).flatMap((atUs) => [
    { atUs, line, on: true },
    { atUs: atUs + widthUs, line, on: false },
  ]);
}

/** A wire that answers a valve's edge: a pulse of 1 ms on the lick line, some time after the valve opens or closes. */
export class CrossTalk extends ScriptedPins {
  readonly #valve: string;
  readonly #edge: boolean;
  readonly #afterMs: number;

  constructor(valve: string, edge: 'opens' | 'closes', afterMs: number) {
    super();
    this.#valve = valve;
    this.#edge = edge === 'opens';
    this.#afterMs = afterMs;
  }

  override sense(atUs: number, line: string, on: boolean): void {
    if (line === this.#valve && on === this.#edge)
      this.edges.push(...pulses('lick', 1, 1000, atUs + this.#afterMs * 1000, 1));
  }
}
