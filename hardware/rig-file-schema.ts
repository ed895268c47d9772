/**
 * What a rig file may say: the shape of its fields (zod), and the rules between them.
 */
import { z } from 'zod';
import { type InputKind, inputKinds, type OutputKind, odours, outputKinds } from '#machines/vocabulary.ts';
import { boardNames, boards, pinName } from './boards.ts';
import { limits } from './link/declaration.ts';
import type { RigKind } from './rig.ts';
import type { RigFile } from './rig-file.ts';

/** The board counts on-times in 16 bits of about a millisecond. */
const LONGEST_ON_MS = 60_000;

const plainName = /^[a-z][A-Za-z0-9]*$/;

const pinWords = 'must be an Arduino pin of the board, as in 7 or "A2" (0 and 1 are the serial line\'s).';
/** Which pins there are depends on the board: rig-file.ts looks. */
const pin = z.union([z.int(pinWords), z.string().regex(/^A\d{1,2}$/, pinWords)], { error: pinWords });

const soft = "soft timing and no dead-man's switch";

function within(number: z.ZodNumber, least: number, most: number, what: string) {
  return number.min(least, what).max(most, what);
}

const longestOn = `must be 1 to ${LONGEST_ON_MS} whole milliseconds, after which the board closes the line by itself.`;
const refractory = 'must be 0 to 255 whole milliseconds; over 100 loses licks, which come 110 to 165 ms apart.';
const duty = 'must be over 0 and at most 1, the share of time the light may be on.';
const over = 'must be 1 to 600 s, the time over which the duty is reckoned.';
const perSession = 'must be 1 to 20000 ul, what the board may give in a session.';
const pulse = 'must be 0 to 100000 us; shorter pulses are no frames.';
const frameRate = 'must be 1 to 1000 frames a second.';
const hold = 'must be 0 to 10000 good frames in a row, for which the first trial waits; 0: it waits for none.';
const randomMs = 'must be 1 to 30000 whole milliseconds.';
const flow = 'must be 1 to 1000 ul/s, the flow of the open valve.';
const days = 'must be 1 to 365 whole days, after which a measurement must be made again.';
const headFixed = 'must be 5 to 240 whole minutes, which an animal may be head-fixed at a time.';
const weightDays = 'must be 0 to 7 whole days that a weighing may be old; 0: it is of today.';
const silence = 'must be 100 to 10000 whole milliseconds, after which the board ends a trial by itself.';

const output = {
  pin,
  activeLow: z.boolean().default(false),
  longestOnMs: within(z.int(longestOn), 1, LONGEST_ON_MS, longestOn),
};

const input = {
  pin,
  activeLow: z.boolean().default(false),
  pullUp: z.boolean().default(false),
  refractoryMs: within(z.int(refractory), 0, 255, refractory).default(0),
};

/** Put in by the program when a session starts, so that the copy in the record says what was used. */
const calibration = z.strictObject({
  id: z.int(),
  measuredAt: z.string(),
  coefficients: z.tuple([z.number(), z.number(), z.number()]),
  least: z.number(),
  most: z.number(),
});

const random = z.strictObject({
  leastMs: within(z.int(randomMs), 1, 30_000, randomMs),
  mostMs: within(z.int(randomMs), 1, 30_000, randomMs),
  widthMs: within(z.int(randomMs), 1, 30_000, randomMs),
});

type PlainKind = Exclude<OutputKind, 'water' | 'opto' | 'sync'>;
type Edgy = Exclude<InputKind, 'frameClock'>;

const line = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({
      kind: z.literal('water'),
      ...output,
      flowUlPerS: within(z.number(flow), 1, 1000, flow),
      /** Of a simulated rig: the valve opens and nothing comes. */
      simulateClogged: z.boolean().default(false),
      calibration: calibration.optional(),
    }),
    z.strictObject({
      kind: z.literal('opto'),
      ...output,
      dutyFraction: z.number(duty).gt(0, duty).max(1, duty).default(0.5),
      dutyOverS: within(z.number(over), 1, 600, over).default(120),
      calibration: calibration.optional(),
    }),
    z.strictObject({ kind: z.literal('sync'), ...output, random: random.optional() }),
    z.strictObject({
      kind: z.enum(outputKinds.filter((kind): kind is PlainKind => !['water', 'opto', 'sync'].includes(kind))),
      ...output,
    }),
    z.strictObject({
      kind: z.literal('frameClock'),
      ...input,
      leastPulseUs: within(z.number(pulse), 0, 100_000, pulse).default(0),
      nominalHz: within(z.number(frameRate), 1, 1000, frameRate).default(30),
      holdFrames: within(z.int(hold), 0, 10_000, hold).default(0),
      /** A microscope of a simulated rig. */
      simulateHz: within(z.number(frameRate), 1, 1000, frameRate).optional(),
    }),
    z.strictObject({ kind: z.enum(inputKinds.filter((kind): kind is Edgy => kind !== 'frameClock')), ...input }),
  ],
  {
    error: (issue) =>
      issue.code === 'invalid_union'
        ? `must be one of ${[...outputKinds, ...inputKinds].join(', ')}.`
        : 'must be an object with at least kind and pin.',
  },
);

const rigKinds = ['virtual', 'emulated', 'board', 'firmata'] as const satisfies readonly RigKind[];

export const rigFileSchema = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9-]{0,39}$/, 'must be 1 to 40 letters, digits or hyphens.'),
  /** For people; JSON has no comments. */
  note: z.string().optional(),
  kind: z.enum(rigKinds, `must be one of ${rigKinds.join(', ')}.`),
  board: z.enum(boardNames, `must be one of ${boardNames.join(', ')}.`),
  /** Kind firmata only. */
  accept: z.literal(soft, { error: `must be exactly "${soft}", so that nobody accepts it unread.` }).optional(),
  baud: z.int("must be the baud rate of the board's Firmata.").default(57_600),
  waterPerSessionUl: within(z.number(perSession), 1, 20_000, perSession).default(1500),
  simulated: z.boolean().optional(),
  /** A simulated rig that holds to every rule of a live one. */
  asLive: z.boolean().default(false),
  calibrationDays: within(z.int(days), 1, 365, days).default(30),
  odourTimingDays: within(z.int(days), 1, 365, days).default(90),
  weightDays: within(z.int(weightDays), 0, 7, weightDays).default(0),
  headFixedMin: within(z.int(headFixed), 5, 240, headFixed).default(90),
  /** Put in by the program when a session starts: where the odorant that a letter stands for sits. */
  loaded: z
    .partialRecord(z.enum(odours), z.strictObject({ line: z.string(), vial: z.int(), odorant: z.int() }))
    .optional(),
  find: z
    .strictObject({
      port: z.string().min(1).optional(),
      serialNumber: z.string().min(1).optional(),
      boardId: z
        .string()
        .regex(/^(?!f{8})[0-9a-f]{8}$/i, 'must be the 8 hex digits of a board id; ffffffff means that none was set.')
        .toLowerCase()
        .optional(),
      trustPortName: z.boolean().default(false),
    })
    .default({ trustPortName: false }),
  hostSilenceMs: within(z.int(silence), 100, 10_000, silence).default(limits.DEFAULT_SILENCE_MS.value),
  lines: z.record(
    z.string().regex(plainName, 'must be a plain name: a small letter, then letters and digits, as in odourA.'),
    line,
  ),
  exclusive: z.array(z.array(z.string()).min(2)).default([]),
});

/** What is wrong between fields, each as a sentence with its remedy; empty when the file is sound. */
export function rigFileProblems(file: RigFile, trustPortName: boolean): string[] {
  return [
    ...boardProblems(file, trustPortName),
    ...countProblems(file),
    ...pinProblems(file),
    ...syncProblems(file),
    ...frameProblems(file),
    ...waterProblems(file),
    ...groupProblems(file),
  ];
}

function* boardProblems({ kind, simulated, asLive, find }: RigFile, trustPortName: boolean) {
  if (kind !== 'board' && kind !== 'firmata' && !simulated) {
    yield `simulated: a rig of kind ${kind} is always simulated; leave the field out.`;
  }
  if (asLive && !simulated) yield 'asLive: a real rig holds to the rules of a live one anyway; leave the field out.';
  if (
    (kind !== 'board' && kind !== 'firmata') ||
    simulated ||
    find.serialNumber !== undefined ||
    find.boardId !== undefined
  )
    return;
  if (find.port === undefined) {
    yield 'find: must say how the board is found; give its USB serialNumber or its boardId.';
  } else if (!trustPortName) {
    yield 'find.port: port names change hands when boards are plugged in, and another rig\'s valves would be driven; add the board\'s serialNumber or boardId, or accept the risk with "trustPortName": true.';
  }
}

function* countProblems({ outputs, inputs, exclusive }: RigFile) {
  const counts = [
    [outputs.length, limits.MAX_OUTPUTS.value, 'lines: the board can drive', 'outputs'],
    [inputs.length, limits.MAX_INPUTS.value, 'lines: the board can watch', 'inputs'],
    [exclusive.length, limits.MAX_GROUPS.value, 'exclusive: the board keeps', 'groups'],
  ] as const;
  for (const [count, most, can, what] of counts) {
    if (count > most) yield `${can} at most ${most} ${what}, and the file has ${count}; remove some.`;
  }
}

function* pinProblems({ board, outputs, inputs }: RigFile) {
  for (const { name, pin } of inputs) {
    if (!boards[board].canInput(pin))
      yield `lines.${name}.pin: a ${board} cannot watch pin ${pinName(board, pin)}; use ${boards[board].inputWords}.`;
  }
  const taken = new Map<number, string>();
  for (const { name, pin } of [...outputs, ...inputs]) {
    const other = taken.get(pin);
    if (other !== undefined) {
      yield `lines.${name}.pin: pin ${pinName(board, pin)} is already the pin of ${other}; give each line a pin of its own.`;
    }
    taken.set(pin, name);
  }
}

function* syncProblems({ outputs }: RigFile) {
  for (const { name, random } of outputs) {
    if (random !== null && !(random.widthMs < random.leastMs && random.leastMs <= random.mostMs))
      yield `lines.${name}.random: needs widthMs below leastMs, and leastMs at most mostMs.`;
  }
}

function* frameProblems({ inputs, simulated }: RigFile) {
  for (const { name, leastPulseUs, nominalHz, simulateHz } of inputs) {
    if (leastPulseUs !== null && nominalHz !== null && leastPulseUs * nominalHz >= 1e6)
      yield `lines.${name}.leastPulseUs: frames of ${nominalHz} Hz come every ${Math.round(1e6 / nominalHz)} us, so each would be too short; give less.`;
    if (simulateHz !== null && !simulated)
      yield `lines.${name}.simulateHz: a real rig has a microscope of its own; leave the field out.`;
  }
}

function* waterProblems({ outputs, simulated }: RigFile) {
  for (const { name, simulateClogged } of outputs) {
    if (simulateClogged && !simulated)
      yield `lines.${name}.simulateClogged: a real spout clogs by itself; leave the field out.`;
  }
}

function* groupProblems({ outputs, exclusive }: RigFile) {
  for (const [index, group] of exclusive.entries()) {
    for (const name of group) {
      if (!outputs.some((each) => each.name === name)) {
        yield `exclusive.${index}: "${name}" is no output line of this file; correct the name.`;
      }
    }
    if (new Set(group).size < group.length) yield `exclusive.${index}: names a line twice; remove one.`;
  }
  const odours = outputs.filter(({ kind }) => kind === 'odour').map(({ name }) => name);
  if (odours.length > 1 && !exclusive.some((group) => odours.every((name) => group.includes(name)))) {
    yield `exclusive: two odour valves may never be open at once; add a group with all of ${odours.join(', ')}.`;
  }
}
