/**
 * The session: one animal, one rig, from connecting to the closed record.
 *
 *   connecting > checking > ready > holding > running ( betweenTrials > trial > betweenTrials ... ; water in the interval )
 *                               (for frames,  |  ^
 *                                if asked)    v  |
 *                                     `----> paused
 *   every way out leads through finishing (outputs safe, record closed) > ended, or faulted when something went wrong
 *
 * The chart only decides what comes next. What connecting or a trial is, comes from outside (`provide`). A trial begins
 * at a device time that its runner reckons from the end of the trial before, so the time this chart takes never shows.
 */
import { assign, fromPromise, setup } from 'xstate';
import { EndReason, type Spout } from './vocabulary.ts';

export interface SessionLimits {
  /** Null: no limit. */
  readonly trials: number | null;
  /** By the device's clock, from the first trial's start; the trial that passes it is run to its end. */
  readonly minutes: number | null;
  /** The first trial waits for so many good frames in a row; 0 or left out: it waits for none. */
  readonly holdFrames?: number;
  /** The animal may be head-fixed for so much longer from the session's opening, pauses included; null or left out: no limit. */
  readonly headFixedMin?: number | null;
  /** It ends once the animal no longer works. */
  readonly endOnDisengagement?: boolean;
}

/** A line that the device has shut and keeps shut for the rest of the session. */
export interface BarredLine {
  readonly line: string;
  readonly water: boolean;
  readonly reason: EndReason;
}

/** What the chart must know of a trial that has ended. */
export interface TrialDone {
  readonly reason: EndReason;
  /** From the first trial's start to this one's end, in microseconds of the device's clock. */
  readonly elapsedUs: number;
  readonly barred: BarredLine | null;
  /** The animal no longer works, by the session's rule. */
  readonly disengaged: boolean;
}

/** What the chart must know of water given by hand. */
export type WaterDone = Pick<TrialDone, 'barred'>;

/** `waterSpent`: the device has given all that the session may give. */
export type SessionEndReason =
  | 'trials'
  | 'minutes'
  | 'waterSpent'
  | 'disengaged'
  | 'headFixed'
  | 'finished'
  | 'stopped'
  | 'fault';

export type SessionEvent =
  | { readonly type: 'start' | 'pause' | 'resume' }
  /** After the running trial. `headFixedOver`: the animal has been head-fixed for as long as it may. */
  | { readonly type: 'finish' | 'headFixedOver' }
  /** Now: the running trial ends safe. A second one does not wait for the trial's end. */
  | { readonly type: 'stop' }
  | { readonly type: 'freeWater'; readonly spout: Spout }
  | { readonly type: 'note'; readonly body: string }
  /** The rig or the record was lost. */
  | { readonly type: 'fault'; readonly error: unknown };

export interface SessionEnding {
  readonly reason: SessionEndReason;
  /** What went wrong; null: nothing. */
  readonly fault: unknown;
}

interface Context {
  readonly limits: SessionLimits;
  /** Trials run, ended early or not. */
  readonly trials: number;
  readonly elapsedUs: number;
  readonly disengaged: boolean;
  readonly headFixedOver: boolean;
  readonly water: readonly Spout[];
  readonly finishAsked: boolean;
  readonly stopAsked: boolean;
  readonly pauseAsked: boolean;
  readonly barred: BarredLine | null;
  /** The frames that the first trial waits for have come. */
  readonly framesCame: boolean;
  readonly ending: SessionEnding;
}

/** What the session itself finds wrong; told to the technician as it stands. */
export class SessionFault extends Error {
  readonly code: 'lineBarred';

  constructor(code: 'lineBarred', message: string) {
    super(message);
    this.name = 'SessionFault';
    this.code = code;
  }
}

function barredWords({ line, reason }: BarredLine): string {
  const safe =
    'The trial ended safe and the session ends here: the next trials would lack that line. Look at the animal';
  return reason === EndReason.allowanceSpent
    ? `The light "${line}" was on for a larger share of the time than the rig file allows, so the device shut it and keeps it shut. ${safe}, then check dutyFraction and dutyOverS of the line and the task's light before the next session.`
    : `The output "${line}" stayed on longer than the rig file allows, so the device shut it and keeps it shut. ${safe} and the spout, then check the line's longestOnMs and the task's durations before the next session.`;
}

function actor<Output, Input>(name: string) {
  return fromPromise<Output, Input>(() => Promise.reject(new Error(`The session chart runs without its "${name}".`)));
}

const chart = setup({
  types: {
    context: {} as Context,
    input: {} as SessionLimits,
    events: {} as SessionEvent,
    output: {} as SessionEnding,
  },
  actors: {
    /** Takes the rig and opens it. */
    connect: actor<void, undefined>('connect'),
    /** Subject and record fit the rig; opens the session in the record. */
    check: actor<void, undefined>('check'),
    /** Resolves when so many good frames have come in a row. Its signal says that nobody waits any longer. */
    holdFrames: actor<void, { readonly frames: number }>('holdFrames'),
    /** Draws, runs and records one trial (1, 2, 3 ...). */
    runTrial: actor<TrialDone, { readonly trial: number }>('runTrial'),
    giveWater: actor<WaterDone, { readonly spout: Spout }>('giveWater'),
    /** Outputs safe, record closed. It must end, whatever is lost. */
    close: actor<void, SessionEnding>('close'),
  },
  actions: {
    abortTrial: () => {},
    writeNote: (_, _params: { body: string }) => {},
    askFinish: assign({ finishAsked: true }),
    noteHeadFixedOver: assign({ headFixedOver: true }),
    askStop: assign({ stopAsked: true }),
    askPause: assign({ pauseAsked: true }),
    forgetPause: assign({ pauseAsked: false }),
    noteFrames: assign({ framesCame: true }),
    askWater: assign({
      water: ({ context, event }) => (event.type === 'freeWater' ? [...context.water, event.spout] : context.water),
    }),
    waterGiven: assign({
      water: ({ context }) => context.water.slice(1),
      barred: (_, { barred }: WaterDone) => barred,
    }),
    count: assign({
      trials: ({ context }) => context.trials + 1,
      elapsedUs: (_, { elapsedUs }: TrialDone) => elapsedUs,
      disengaged: (_, { disengaged }: TrialDone) => disengaged,
      barred: (_, { barred }: TrialDone) => barred,
    }),
    endFor: assign({ ending: (_, ending: SessionEnding) => ending }),
    fail: assign({
      // The first fault is the cause; what follows from it would only hide it.
      ending: ({ context }, { error }: { error: unknown }): SessionEnding =>
        context.ending.reason === 'fault' ? context.ending : { reason: 'fault', fault: error },
    }),
  },
  guards: {
    framesAwaited: ({ context: { limits, framesCame } }) => (limits.holdFrames ?? 0) > 0 && !framesCame,
    stopAsked: ({ context }) => context.stopAsked,
    finishAsked: ({ context }) => context.finishAsked,
    headFixedOver: ({ context }) => context.headFixedOver,
    pauseAsked: ({ context }) => context.pauseAsked,
    waterAsked: ({ context }) => context.water.length > 0,
    trialsReached: ({ context }) => context.limits.trials !== null && context.trials >= context.limits.trials,
    minutesReached: ({ context }) =>
      context.limits.minutes !== null && context.elapsedUs >= context.limits.minutes * 60e6,
    disengaged: ({ context: { limits, disengaged } }) => limits.endOnDisengagement === true && disengaged,
    waterSpent: ({ context: { barred } }) => barred?.water === true && barred.reason === EndReason.allowanceSpent,
    /** The next trial would lack that line. */
    rigUnsafe: ({ context }) => context.barred !== null,
    faulted: ({ context }) => context.ending.reason === 'fault',
  },
});

const onFault = {
  target: '#finishing',
  actions: { type: 'fail', params: ({ event }: { event: { error: unknown } }) => event },
} as const;
const endFor = (reason: SessionEndReason) => ({ type: 'endFor', params: { reason, fault: null } }) as const;
const stopHere = { target: '#finishing', actions: endFor('stopped') } as const;
const whenBarred = [
  { guard: 'waterSpent', target: '#finishing', actions: endFor('waterSpent') },
  {
    guard: 'rigUnsafe',
    target: '#finishing',
    actions: {
      type: 'fail',
      params: ({ context }: { context: Context }) => ({
        error: new SessionFault('lineBarred', barredWords(context.barred!)),
      }),
    },
  },
] as const;

/** To the first trial, or to the next. */
const begin = [{ guard: 'framesAwaited', target: '#holding' }, { target: '#session.running' }] as const;
const writeNote = {
  actions: { type: 'writeNote', params: ({ event }: { event: { body: string } }) => ({ body: event.body }) },
} as const;

const giveWaterThen = <const Next extends string>(target: Next) =>
  ({
    src: 'giveWater',
    input: ({ context }: { context: Context }) => ({ spout: context.water[0]! }),
    onDone: {
      target,
      actions: { type: 'waterGiven', params: ({ event }: { event: { output: WaterDone } }) => event.output },
    },
    onError: onFault,
  }) as const;

export const session = chart.createMachine({
  id: 'session',
  context: ({ input }) => ({
    limits: input,
    trials: 0,
    elapsedUs: 0,
    disengaged: false,
    headFixedOver: false,
    water: [],
    finishAsked: false,
    stopAsked: false,
    pauseAsked: false,
    barred: null,
    framesCame: false,
    ending: { reason: 'finished', fault: null },
  }),
  output: ({ context }) => context.ending,
  initial: 'connecting',
  on: {
    fault: onFault,
    stop: stopHere,
    finish: { target: '#finishing', actions: endFor('finished') },
    headFixedOver: { target: '#finishing', actions: endFor('headFixed') },
  },
  states: {
    connecting: { invoke: { src: 'connect', onDone: 'checking', onError: onFault } },
    checking: { invoke: { src: 'check', onDone: 'ready', onError: onFault } },
    ready: { on: { start: begin } },
    holding: {
      id: 'holding',
      initial: 'frames',
      on: {
        pause: '#paused',
        freeWater: { actions: 'askWater' },
        note: writeNote,
      },
      states: {
        frames: {
          always: [...whenBarred, { guard: 'waterAsked', target: 'water' }],
          invoke: {
            src: 'holdFrames',
            input: ({ context }) => ({ frames: context.limits.holdFrames! }),
            onDone: { target: '#session.running', actions: 'noteFrames' },
            onError: onFault,
          },
        },
        water: { invoke: giveWaterThen('frames') },
      },
    },
    running: {
      initial: 'betweenTrials',
      on: {
        pause: { actions: 'askPause' },
        resume: { actions: 'forgetPause' },
        finish: { actions: 'askFinish' },
        headFixedOver: { actions: 'noteHeadFixedOver' },
        freeWater: { actions: 'askWater' },
        note: writeNote,
      },
      states: {
        betweenTrials: {
          always: [
            ...whenBarred,
            { guard: 'stopAsked', ...stopHere },
            { guard: 'finishAsked', target: '#finishing', actions: endFor('finished') },
            { guard: 'headFixedOver', target: '#finishing', actions: endFor('headFixed') },
            { guard: 'trialsReached', target: '#finishing', actions: endFor('trials') },
            { guard: 'minutesReached', target: '#finishing', actions: endFor('minutes') },
            { guard: 'disengaged', target: '#finishing', actions: endFor('disengaged') },
            { guard: 'waterAsked', target: 'water' },
            { guard: 'pauseAsked', target: '#paused' },
            { target: 'trial' },
          ],
        },
        trial: {
          on: { stop: [{ guard: 'stopAsked', ...stopHere }, { actions: ['askStop', 'abortTrial'] }] },
          invoke: {
            src: 'runTrial',
            input: ({ context }) => ({ trial: context.trials + 1 }),
            onDone: { target: 'betweenTrials', actions: { type: 'count', params: ({ event }) => event.output } },
            onError: onFault,
          },
        },
        water: { invoke: giveWaterThen('betweenTrials') },
      },
    },
    paused: {
      id: 'paused',
      initial: 'waiting',
      on: {
        freeWater: { actions: 'askWater' },
        note: writeNote,
      },
      states: {
        waiting: {
          always: [...whenBarred, { guard: 'waterAsked', target: 'water' }],
          on: { resume: begin },
        },
        water: { invoke: giveWaterThen('waiting') },
      },
      exit: 'forgetPause',
    },
    finishing: {
      id: 'finishing',
      // Nothing may interrupt the closing, least of all a second wish to stop.
      on: {
        fault: { actions: { type: 'fail', params: ({ event }) => event } },
        stop: {},
        finish: {},
        headFixedOver: {},
      },
      invoke: {
        src: 'close',
        input: ({ context }) => context.ending,
        onDone: [{ guard: 'faulted', target: 'faulted' }, { target: 'ended' }],
        onError: { target: 'faulted', actions: { type: 'fail', params: ({ event }) => event } },
      },
    },
    ended: { type: 'final' },
    faulted: { type: 'final' },
  },
});
