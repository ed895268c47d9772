/**
 * What a task is: the contract between a file in protocols/ and everything that runs, simulates or reports it.
 */
import type { AnyStateMachine } from 'xstate';
import type { z } from 'zod';
import type { TrialExpectation } from '#machines/path-proof.ts';
import type { Odour, Outcome, Spout } from '#machines/vocabulary.ts';
import type { SessionKind } from './session-kind.ts';
import type { Stage } from './stages.ts';

/** One trial as drawn: what to run and why. A value; it stands in the record. */
export interface DrawnTrial {
  /** 1, 2, 3 ... within the session. */
  readonly trial: number;
  /** The pair, e.g. `A-C`. */
  readonly trialType: string;
  /** The chart's input. Its `durations` (milliseconds) fill the program's slots; all else shapes the program. */
  readonly input: { readonly durations: object };
  /** From the end of the trial before to this one's first state. */
  readonly intervalMs: number;
  /** Free water is on offer: the trial is not scored, whether it came to flow or not. */
  readonly assisted: boolean;
  /** Repeats a trial answered wrongly. */
  readonly correction: boolean;
  /** Keeps a trial out of the score: without odours, or with solvent in all vials. */
  readonly probe: boolean;
}

/** What the session knows about trials already run, oldest first. */
export interface PastTrial {
  readonly trialType: string;
  /** Null: aborted. */
  readonly outcome: Outcome | null;
  /** Where the animal answered; null: nowhere. */
  readonly answer: Spout | null;
}

/** Draws a session's trials one after another. Same parameters, seed and history: same trials. */
export interface Planner {
  /** `history`: every trial of the session so far, aborted ones too; its length is the new trial's place in the order. */
  next(history: readonly PastTrial[]): DrawnTrial;
  /** An input of every structure that `next` may draw: what these compile to is all that a session can run. */
  structures(): readonly DrawnTrial['input'][];
}

/** What planning needs to know about the rig. */
export interface RigFacts {
  /** How long this spout's valve must open for so much water, in milliseconds; the rig's calibration. */
  waterMs(ul: number, spout: Spout): number;
  /** The valve behind which the odorant sits that a letter stands for with this animal. */
  valveOf(odour: Odour): Odour;
}

export interface Task<Shape extends z.ZodRawShape = z.ZodRawShape> {
  /** As typed on the command line: `delayed-association`. */
  readonly name: string;
  readonly title: string;
  /** For a biologist: what the animal experiences and what is asked of it. */
  readonly prose: string;
  /** Each with a default, and with unit, source and meaning in `parameterFacts` (protocols/parameters.ts). */
  readonly parameters: z.ZodObject<Shape>;
  /** Every pair the task can draw; a rule that looks for the worst pair needs to know the ones not yet seen. */
  readonly trialTypes: readonly string[];
  readonly chart: AnyStateMachine;
  /** What a session of it is unless somebody says otherwise. */
  readonly kind: SessionKind;
  /** All vials hold solvent in its sessions. */
  readonly blank: boolean;
  /** From naive to expert, in order; none: the task is not trained in stages. */
  readonly stages: readonly Stage[];
  /** What every path of a trial that `planner` draws must hold to. */
  expectation(input: DrawnTrial['input']): TrialExpectation;
  /** Settings that are allowed but unusual in the field, each as a sentence for whoever starts the session. */
  warnings(parameters: z.output<z.ZodObject<Shape>>): string[];
  /** `seed`: 0 to 2^32 - 1. Throws a ParameterError when the parameters do not fit the rig. */
  planner(parameters: z.output<z.ZodObject<Shape>>, seed: number, rig: RigFacts): Planner;
}
