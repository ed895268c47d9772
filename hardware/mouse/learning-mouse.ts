/**
 * The simulated mouse: smells the odour valves, drinks at the water valves, feels the opto light, licks the lick lines. It
 * knows nothing of plans or charts, so a rig that passes with it has been driven through its wires; its types and the
 * import rule (test/imports.test.ts) give it the pins and the clock only.
 *
 *   an odour's valve closes > what is remembered and what is smelled (odour-memory.ts) > a decision (associations.ts)
 *   water comes             > it drinks, and learns that the decision was right
 *   no water came           > by the next odour, or after a while, it learns that the lick earned nothing
 *   light on                > takes the memory away, or in the moment of choice the choice
 *
 * It decides after every odour, the first one too: that is where anticipatory licks come from, and why they fade.
 * What it has learned is kept from session to session as a plain value. docs/mouse.md tells the model and its fit.
 */
import { RandomStream } from '#machines/random.ts';
import { type Odour, odours, type Spout, spoutLines } from '#machines/vocabulary.ts';
import { Associations, type Learned, NO_ODOUR, naive, trained } from './associations.ts';
import type { LickEdge, Mouse } from './mouse.ts';
import { OdourMemory } from './odour-memory.ts';
import { Tongue } from './tongue.ts';
import { type MouseTraits, typicalMouse } from './traits.ts';

/** What a mouse takes from one session to the next; plain, so that it can stand in the record. */
export interface MouseState {
  readonly traits: MouseTraits;
  readonly learned: Learned;
  /** Between bouts that nothing asked for, in seconds. */
  readonly spontaneousS: number;
  /** A bad day is often followed by another. */
  readonly badDay: boolean;
}

export interface SimulatedMouse extends Mouse {
  state(): MouseState;
}

export interface MouseOptions {
  /** 0 to 2^32 - 1; of this session. */
  readonly seed: number;
  /** The centre one (go/no-go), or left and right. */
  readonly spouts: readonly Spout[];
  /** As it left the last session; a naive, typical mouse when left out. */
  readonly state?: MouseState;
  /** Which odour a line smells of, where it is not the one in its name. */
  readonly smells?: Readonly<Record<string, Odour>>;
  /** All vials hold solvent: valves click and nothing smells. */
  readonly solvent?: boolean;
}

const SPONTANEOUS_S = { naive: 120, least: 4, most: 120 };
/** Water that nothing announced makes it try more often; a try in vain, less often. */
const TRY_AGAIN = { rewarded: 0.93, inVain: 1.03 };
const REACTION_US = { least: 200_000, most: 600_000 };
/** An answer's licks before it knows whether water comes, and those for a drop. */
const ANSWER_LICKS = { least: 3, most: 8 };
const DROP_LICKS = { least: 15, most: 25 };
/** Water later than this after an odour is not of its decision. */
const OUTCOME_US = 8_000_000;
/** A decision can be upset for so long. */
const DECIDING_US = 600_000;
/** Share of decisions that light upsets. */
const UPSET = 0.75;
/** A valve gives about 100 ul/s (docs/wiring.md). */
const UL_PER_US = 100 / 1e6;
/** On a bad day so many more trials pass without attention. */
const BAD_DAY_LAPSES = { least: 0.1, most: 0.6 };
const BAD_DAY_AGAIN = 0.4;

const usualSmells: Readonly<Record<string, Odour>> = { odourA: 'A', odourB: 'B', odourC: 'C', odourD: 'D' };

export function naiveMouse(traits: MouseTraits = typicalMouse): MouseState {
  return { traits, learned: naive(), spontaneousS: SPONTANEOUS_S.naive, badDay: false };
}

/** One that knows the association task: 0 naive to 1 expert. */
export function trainedMouse(skill: number): MouseState {
  if (!(skill >= 0 && skill <= 1)) throw new RangeError(`A mouse's skill lies between 0 and 1, not ${skill}.`);
  return { ...naiveMouse(), learned: trained(skill) };
}

export function createMouse(options: MouseOptions): SimulatedMouse {
  if (options.spouts.length === 0) throw new RangeError('A mouse needs at least one spout to lick.');
  return new LearningMouse(options);
}

/** What it decided after an odour, until it knows what came of it. */
interface Decision {
  readonly atUs: number;
  readonly remembered: number;
  readonly odour: number;
  spout: Spout | null;
  licked: boolean;
}

class LearningMouse implements SimulatedMouse {
  readonly #random: RandomStream;
  readonly #traits: MouseTraits;
  readonly #associations: Associations;
  readonly #memory: OdourMemory;
  readonly #tongue: Tongue;
  readonly #lapses: number;
  readonly #badDay: boolean;
  readonly #solvent: boolean;
  readonly #smells: Readonly<Record<string, Odour>>;
  /** Water line -> its spout. */
  readonly #waters: ReadonlyMap<string, Spout>;
  #spontaneousS: number;
  #decision: Decision | null = null;
  #drunkUl = 0;
  #waterSinceUs = 0;

  constructor({ seed, spouts, state = naiveMouse(), solvent = false, smells = usualSmells }: MouseOptions) {
    this.#smells = smells;
    const { traits } = state;
    this.#traits = traits;
    const random = new RandomStream(seed, 'mouse');
    const day = new RandomStream(seed, 'day');
    this.#random = random;
    this.#badDay = day.float() < (state.badDay ? BAD_DAY_AGAIN : traits.badDays);
    const { least, most } = BAD_DAY_LAPSES;
    this.#lapses = traits.lapses + (this.#badDay ? least + (most - least) * day.float() : 0);
    this.#solvent = solvent;
    this.#spontaneousS = state.spontaneousS;
    this.#associations = new Associations(state.learned, spouts, traits.pairRate);
    this.#memory = new OdourMemory(random, traits);
    this.#tongue = new Tongue(random, spouts[0]!, () => this.#spontaneousS * 1e6);
    this.#waters = new Map(spouts.map((spout) => [spoutLines[spout].water, spout]));
  }

  state(): MouseState {
    return {
      traits: this.#traits,
      learned: structuredClone(this.#associations.learned),
      spontaneousS: this.#spontaneousS,
      badDay: this.#badDay,
    };
  }

  sense(atUs: number, line: string, on: boolean): void {
    const smell = this.#smells[line];
    if (smell !== undefined) {
      const odour = odours.indexOf(smell);
      if (on) this.#odourOpens(atUs);
      else this.#odourCloses(atUs, odour);
      return;
    }
    const spout = this.#waters.get(line);
    if (spout !== undefined) this.#water(atUs, spout, on);
    else if (line === 'opto') this.#light(atUs, on);
  }

  next(): LickEdge {
    return this.#tongue.next();
  }

  made(): void {
    const lick = this.#tongue.made();
    if (lick === 'decision' && this.#decision !== null) this.#decision.licked = true;
    else if (lick === 'begunByItself') this.#tryLessOften();
  }

  #odourOpens(atUs: number): void {
    this.#settle();
    this.#memory.opens(atUs);
    this.#tongue.stop();
  }

  #odourCloses(atUs: number, valve: number): void {
    const smelled = this.#memory.closes(atUs, this.#solvent ? NO_ODOUR : valve);
    if (smelled === null) return;
    const { remembered, odour } = smelled;
    const upset = this.#memory.lit(atUs) && this.#random.float() < UPSET;
    const inattentive = this.#random.float() < this.#lapses;
    const spout =
      upset || inattentive
        ? this.#associations.guess(this.#random)
        : this.#associations.decide(this.#random, remembered, odour, this.#satiety);
    this.#decision = { atUs, remembered, odour, spout, licked: false };
    this.#act(atUs, spout);
  }

  #act(atUs: number, spout: Spout | null): void {
    if (spout === null) this.#tongue.withhold(atUs);
    else
      this.#tongue.lick(
        atUs + this.#tongue.between(REACTION_US),
        spout,
        this.#tongue.between(ANSWER_LICKS),
        'decision',
      );
  }

  /** In the moment of choice, light makes the choice a guess. */
  #light(atUs: number, on: boolean): void {
    const begins = this.#memory.light(atUs, on);
    const decision = this.#decision;
    if (!begins || decision === null) return;
    if (decision.licked || atUs - decision.atUs > DECIDING_US || this.#random.float() >= UPSET) return;
    decision.spout = this.#associations.guess(this.#random);
    this.#act(atUs, decision.spout);
  }

  #water(atUs: number, spout: Spout, on: boolean): void {
    if (!on) {
      this.#drunkUl += (atUs - this.#waterSinceUs) * UL_PER_US;
      return;
    }
    this.#waterSinceUs = atUs;
    const decision = this.#decision;
    if (decision !== null && atUs - decision.atUs <= OUTCOME_US) {
      const licked = decision.licked && decision.spout === spout;
      this.#associations.learn(decision.remembered, decision.odour, spout, 1, licked);
      this.#decision = null;
    } else {
      this.#spontaneousS = Math.max(SPONTANEOUS_S.least, this.#spontaneousS * TRY_AGAIN.rewarded);
    }
    // A sated mouse leaves the drop.
    if (this.#satiety < 1) this.#tongue.drink(atUs, spout, this.#tongue.between(DROP_LICKS));
  }

  /** No water came of the last decision. */
  #settle(): void {
    const decision = this.#decision;
    this.#decision = null;
    if (decision === null || decision.spout === null || !decision.licked) return;
    this.#associations.learn(decision.remembered, decision.odour, decision.spout, 0, true);
  }

  #tryLessOften(): void {
    this.#spontaneousS = Math.min(SPONTANEOUS_S.most, this.#spontaneousS * TRY_AGAIN.inVain);
  }

  /** 0 while thirsty; rises steeply as its fill comes near. */
  get #satiety(): number {
    return Math.min(1, (this.#drunkUl / this.#traits.capacityUl) ** 6);
  }
}
