/**
 * What must hold on every path of a trial, whatever the animal does: it ends in time, odours exclude each other, water comes
 * where and when the task says and once, light keeps to its epochs, and nothing is on at the end.
 *
 * The expectations come from what the task asks (protocols/trial-expectation.ts), never from the chart.
 */
import { type Judged, NOW, type Searched, START, type Step, searchPaths } from './path-search.ts';
import type { Zone } from './path-zone.ts';
import type { BoundProgram } from './program.ts';
import { type Epoch, epochs } from './vocabulary.ts';

export interface TrialExpectation {
  /** From the trial's start to its end, at most. */
  readonly longestMs: number;
  /** Lines of which no two may be on together, by group. */
  readonly exclusive: readonly (readonly string[])[];
  /** Null: no water at all. */
  readonly water: {
    readonly line: string;
    /** The onset that earns it, e.g. `lick.on`, in the choice epoch. */
    readonly lick: string;
    /** It may come without a lick, once the choice epoch is over. */
    readonly free: boolean;
    readonly longestMs: number;
  } | null;
  /** Null: neither light nor masking flash. */
  readonly light: {
    readonly from: Epoch;
    /** Inclusive. */
    readonly to: Epoch;
    /** Lines that may be on, each for so long at most. */
    readonly lines: Readonly<Partial<Record<'opto' | 'maskingLight', number>>>;
  } | null;
}

/** What the rules remember of a path. */
interface Seen {
  /** The lick that earns water came in the choice epoch. */
  readonly answered: boolean;
  readonly choiceWas: boolean;
  readonly watered: boolean;
  /** Lines whose switching on is remembered as an instant of its name. */
  readonly on: readonly string[];
}

const nothing: Seen = { answered: false, choiceWas: false, watered: false, on: [] };
const lightLines = ['opto', 'maskingLight'] as const;

/** `epochOfState`: by index in the program's states (epochs.ts). */
export function provePaths(
  bound: BoundProgram,
  expected: TrialExpectation,
  epochOfState: readonly (Epoch | null)[],
): Searched {
  const judge = new Judge(bound, expected, epochOfState);
  return searchPaths(bound, (step) => judge.judge(step), seenKey);
}

function seenKey({ answered, choiceWas, watered, on }: Seen): string {
  return `${answered} ${choiceWas} ${watered} ${on.join()}`;
}

class Judge {
  readonly #bound: BoundProgram;
  readonly #expected: TrialExpectation;
  readonly #epochOfState: readonly (Epoch | null)[];

  constructor(bound: BoundProgram, expected: TrialExpectation, epochOfState: readonly (Epoch | null)[]) {
    this.#bound = bound;
    this.#expected = expected;
    this.#epochOfState = epochOfState;
  }

  judge(step: Step<Seen>): Judged<Seen> {
    const before = step.from?.seen ?? nothing;
    const epoch = this.#epochAt(step.node);
    const from = step.from === null ? null : this.#epochAt(step.from.node);
    const seen: Seen = {
      ...before,
      answered: before.answered || (from === 'choice' && step.input === this.#expected.water?.lick),
      choiceWas: before.choiceWas || from === 'choice',
    };
    const on = this.#linesOn(step.node);
    const was = step.from === null ? [] : this.#linesOn(step.from.node);
    const opened = on.filter((line) => !was.includes(line));
    const closed = was.filter((line) => !on.includes(line));
    return (
      this.#tooLong(step.zone) ??
      this.#together(on) ??
      this.#water(opened, seen) ??
      this.#light(on, epoch) ??
      this.#onTooLong(step.zone, seen, [...closed, ...on]) ??
      this.#unsafeEnd(step.node, on) ??
      this.#remember(step.zone, seen, opened, closed)
    );
  }

  #tooLong(zone: Zone): Judged<Seen> | null {
    const ms = zone.most(NOW, START) / this.#bound.ticksPerMs;
    const { longestMs } = this.#expected;
    if (ms <= longestMs + this.#tickMs) return null;
    return {
      rule: 'ends in time',
      problem: `the trial may still run after ${ms} ms, and is to last ${longestMs} ms at most`,
    };
  }

  #together(on: readonly string[]): Judged<Seen> | null {
    for (const group of this.#expected.exclusive) {
      const open = on.filter((line) => group.includes(line));
      if (open.length > 1) return { rule: 'excludes', problem: `${open.join(' and ')} are on together` };
    }
    return null;
  }

  #water(opened: readonly string[], { answered, choiceWas, watered }: Seen): Judged<Seen> | null {
    const { water } = this.#expected;
    for (const line of opened) {
      if (!line.startsWith('water')) continue;
      const rule = 'water';
      if (water === null) return { rule, problem: `${line} opens in a trial that earns no water` };
      if (line !== water.line) return { rule, problem: `${line} opens, and water is to come from ${water.line}` };
      if (watered) return { rule, problem: `${line} opens a second time` };
      if (!answered && !(water.free && choiceWas)) {
        return { rule, problem: `${line} opens, and ${water.lick} has not come in the choice epoch` };
      }
    }
    return null;
  }

  #light(on: readonly string[], epoch: Epoch | null): Judged<Seen> | null {
    const { light } = this.#expected;
    for (const line of lightLines) {
      if (!on.includes(line)) continue;
      const rule = 'light';
      if (light?.lines[line] === undefined) return { rule, problem: `${line} is on in a trial without it` };
      const place = epoch === null ? -1 : epochs.indexOf(epoch);
      if (place < epochs.indexOf(light.from) || place > epochs.indexOf(light.to)) {
        const span = light.from === light.to ? light.from : `${light.from} to ${light.to}`;
        return { rule, problem: `${line} is on in ${epoch ?? 'no epoch'}, and is to be on in ${span} only` };
      }
    }
    return null;
  }

  #onTooLong(zone: Zone, { on }: Seen, lines: readonly string[]): Judged<Seen> | null {
    const { water, light } = this.#expected;
    const limits: Readonly<Record<string, number | undefined>> = {
      ...light?.lines,
      ...(water === null ? {} : { [water.line]: water.longestMs }),
    };
    for (const line of lines) {
      const limit = limits[line];
      if (limit === undefined || !on.includes(line)) continue;
      const ms = zone.most(NOW, line) / this.#bound.ticksPerMs;
      if (ms > limit + this.#tickMs) {
        return { rule: 'on-time', problem: `${line} may be on for ${ms} ms, and is to be on for ${limit} ms at most` };
      }
    }
    return null;
  }

  #unsafeEnd(node: number, on: readonly string[]): Judged<Seen> | null {
    if (this.#bound.program.nodes[node]!.result < 0 || on.length === 0) return null;
    return { rule: 'safe end', problem: `the trial ends with ${on.join(' and ')} on` };
  }

  #remember(zone: Zone, seen: Seen, opened: readonly string[], closed: readonly string[]): Judged<Seen> {
    const timed = opened.filter((line) => line.startsWith('water') || line in (this.#expected.light?.lines ?? {}));
    let known = zone.without(closed.filter((line) => seen.on.includes(line)));
    for (const line of timed) known = known.with(line, NOW, 0);
    const on = [...seen.on.filter((line) => !closed.includes(line)), ...timed].sort();
    const watered = seen.watered || opened.some((line) => line.startsWith('water'));
    return { zone: known, seen: { ...seen, watered, on } };
  }

  /** Durations are rounded to ticks, each for itself. */
  get #tickMs(): number {
    return (0.5 / this.#bound.ticksPerMs) * this.#bound.program.slots.length;
  }

  #epochAt(node: number): Epoch | null {
    return this.#epochOfState[this.#bound.program.nodes[node]!.state] ?? null;
  }

  #linesOn(node: number): string[] {
    const { outputs } = this.#bound.program.nodes[node]!;
    return this.#bound.program.lines.outputs.filter((_, line) => outputs & (1 << line));
  }
}
