/**
 * The link, declared once: every message, field, limit and version. The C header (hardware/firmware/link.generated.h) and
 * the tables of docs/link.md are generated from it by `npm run generate`; a check fails when they are stale.
 *
 * A frame is a Firmata user sysex: F0, LINK_SYSEX, the payload in 7-bit groups, F7. A payload is its type, its fields
 * little end first, and a CRC: 32 bits from the host (it may move valves), 16 bits from the board.
 */

type FieldType = 'u8' | 'u16' | 'u32' | 'bytes';

export interface Field {
  readonly name: string;
  readonly type: FieldType;
  readonly meaning: string;
}

export interface Message {
  readonly name: string;
  readonly type: number;
  readonly meaning: string;
  /** Carries the session token that `arm` set; refused with any other. */
  readonly token?: boolean;
  readonly fields: readonly Field[];
  /** Fields of the board's reply after its status. */
  readonly reply?: readonly Field[];
}

export const linkVersion = { major: 2, minor: 0 } as const;

/** Numbers both ends must agree on, each with its reason. */
export const limits = {
  LINK_SYSEX: { value: 0x0d, reason: 'Firmata leaves sysex commands 0x01 to 0x0F to the user' },
  BAUD: { value: 250000, reason: 'exact at 16 MHz; 500000 overran the receiver under load' },
  CHUNK_BYTES: { value: 32, reason: 'program bytes in one load frame; a frame must fit the 64-byte receive ring' },
  FRAME_BYTES: { value: 48, reason: 'longest payload from the host, CRC included' },
  EVENTS_PER_FRAME: { value: 4, reason: 'four to a frame carry 2,400 events/s; one to a frame 1,470' },
  EVENT_BYTES: { value: 7, reason: 'ticks 32, code 8, value 16 bits' },
  PROGRAM_BYTES: { value: 480, reason: 'the one program slot; bench mode keeps its own state there' },
  EVENT_RING: { value: 64, reason: 'un-acknowledged events kept: over 2 s at 20 edges/s' },
  EVENT_RESERVE: {
    value: 12,
    reason: 'ring places that only states, outputs and ends may take, so that a storm of licks cannot displace them',
  },
  MAX_OUTPUTS: { value: 12, reason: 'bits of the output word that the Uno has pins for beside its inputs' },
  MAX_INPUTS: { value: 6, reason: 'input lines; each has two edges in the alphabet' },
  MAX_TIMERS: { value: 6, reason: 'three bits in a start; the shipped charts run at most three at once' },
  MAX_SLOTS: { value: 32, reason: 'five bits in a start' },
  MAX_GROUPS: { value: 8, reason: 'exclusive groups, one bit each' },
  MAX_WAVES: { value: 2, reason: 'PWM pins of Timer2: Uno 3 and 11, Mega 9 and 10' },
  MAX_ALLOWANCES: { value: 3, reason: 'water, light, and one to spare' },
  RESEND_MS: { value: 100, reason: 'un-acknowledged events are sent again after this long without progress' },
  DEFAULT_SILENCE_MS: { value: 2000, reason: 'host silent for longer: the trial ends safe' },
  WATCHDOG_MS: { value: 250, reason: 'main loop stuck for longer: reset, outputs safe' },
  PROGRAM_FORMAT: { value: 2, reason: 'first byte of a program; any other is refused' },
} as const;

/** What a reply's status says. */
export const statuses = {
  ok: { value: 0, meaning: 'done' },
  badToken: { value: 1, meaning: 'another session holds the board' },
  wrongMode: { value: 2, meaning: 'not in this mode (armed, or not armed)' },
  badArgument: { value: 3, meaning: 'a field is out of range, or the pin cannot do that' },
  busy: { value: 4, meaning: 'a trial is running' },
  damaged: { value: 5, meaning: 'the program does not match its CRC-32, or is malformed' },
  unsafe: {
    value: 6,
    meaning: 'the program would open two lines of an exclusive group, or a line the rig does not have',
  },
  stale: { value: 7, meaning: 'the loaded program is not the one named' },
  unknown: { value: 8, meaning: 'no such message' },
} as const;

/** Bits of the `flags` of lines. */
export const lineFlags = {
  LINE_ACTIVE_LOW: { value: 1, meaning: 'on is low' },
  LINE_PULL_UP: { value: 2, meaning: 'input: internal pull-up' },
  LINE_LAMP: { value: 4, meaning: "output: the fault lamp, the board's own" },
  LINE_DRAWS: { value: 8, meaning: 'output: draws on an allowance, whose number stands in the two bits above' },
} as const;

/** Shapes of a wave. */
export const waveShapes = { constant: 0, square: 1, sine: 2 } as const;

const token: Field = { name: 'token', type: 'u32', meaning: 'session token' };

/** From the host. Each is answered by one `reply` with the same id, except `ack`. */
export const commands: readonly Message[] = [
  {
    name: 'hello',
    type: 0x01,
    meaning: 'Who are you?',
    fields: [],
    reply: [
      { name: 'linkMajor', type: 'u8', meaning: 'link version; the host refuses another major' },
      { name: 'linkMinor', type: 'u8', meaning: 'link version' },
      { name: 'firmwareMajor', type: 'u8', meaning: 'firmware version' },
      { name: 'firmwareMinor', type: 'u8', meaning: 'firmware version' },
      { name: 'bootId', type: 'u16', meaning: 'counts power-ups and resets of this board' },
      { name: 'boardId', type: 'u32', meaning: 'from EEPROM; 0xFFFFFFFF: never set' },
      { name: 'resetCause', type: 'u8', meaning: 'MCUSR at boot: 1 power, 2 external, 4 brown-out, 8 watchdog' },
      { name: 'programBytes', type: 'u16', meaning: 'capacity for a program' },
      { name: 'outputs', type: 'u8', meaning: 'capacity for output lines' },
      { name: 'inputs', type: 'u8', meaning: 'capacity for input lines' },
      { name: 'timers', type: 'u8', meaning: 'capacity for timers running at once' },
      { name: 'armed', type: 'u8', meaning: '1: a session holds the board' },
      { name: 'stackFree', type: 'u16', meaning: 'bytes of RAM the stack never reached' },
      { name: 'kind', type: 'u8', meaning: '1: ATmega328P (Uno, Nano), 2: ATmega2560 (Mega)' },
      { name: 'lastToken', type: 'u32', meaning: 'of the last session armed; survives a reset, not a power cut' },
      { name: 'waterLeft', type: 'u32', meaning: "what was left of that session's allowance 0" },
    ],
  },
  {
    name: 'reset',
    type: 0x02,
    meaning:
      'Forget all lines; outputs to inputs. Not while armed, unless the session has been silent for longer than agreed: then it ends',
    fields: [],
  },
  {
    name: 'output',
    type: 0x03,
    meaning: 'Declare the next output line. Not while armed',
    fields: [
      { name: 'index', type: 'u8', meaning: 'its bit in the output word' },
      { name: 'pin', type: 'u8', meaning: 'Arduino pin number; A0 is 14' },
      { name: 'flags', type: 'u8', meaning: 'see line flags' },
      { name: 'groups', type: 'u8', meaning: 'exclusive groups it belongs to, one bit each' },
      { name: 'longestOnMs', type: 'u16', meaning: 'longest on-time; never 0' },
      { name: 'cost', type: 'u16', meaning: 'what it draws in 1.024 ms' },
    ],
  },
  {
    name: 'input',
    type: 0x04,
    meaning: 'Declare the next input line. Not while armed',
    fields: [
      { name: 'index', type: 'u8', meaning: 'its number' },
      { name: 'pin', type: 'u8', meaning: 'Arduino pin number; A0 is 14' },
      { name: 'flags', type: 'u8', meaning: 'see line flags' },
      {
        name: 'refractoryMs',
        type: 'u8',
        meaning: 'an onset within this time of the one before is a bounce, and so is its offset',
      },
    ],
  },
  {
    name: 'arm',
    type: 0x05,
    meaning: 'Begin a session: lines are frozen, edges are reported, event numbers start at 0',
    fields: [token, { name: 'silenceMs', type: 'u16', meaning: 'longest host silence during a trial' }],
    reply: [{ name: 'ticks', type: 'u32', meaning: 'device time' }],
  },
  {
    name: 'load',
    type: 0x06,
    meaning: 'Bytes of the next program. Not during a trial',
    token: true,
    fields: [
      { name: 'offset', type: 'u16', meaning: 'where they go' },
      { name: 'data', type: 'bytes', meaning: 'at most CHUNK_BYTES' },
    ],
  },
  {
    name: 'commit',
    type: 0x07,
    meaning: 'The program is complete: check it whole, prove every node against the groups',
    token: true,
    fields: [
      { name: 'length', type: 'u16', meaning: 'bytes' },
      { name: 'crc', type: 'u32', meaning: 'CRC-32 over them' },
    ],
  },
  {
    name: 'start',
    type: 0x08,
    meaning: 'Run the committed program from a device time on, at once if it has passed',
    token: true,
    fields: [
      { name: 'trial', type: 'u16', meaning: 'trial number, in its start event' },
      { name: 'crc', type: 'u32', meaning: 'of the program meant' },
      { name: 'now', type: 'u8', meaning: '1: at once; `at` is not used' },
      { name: 'at', type: 'u32', meaning: 'device time of the first state' },
    ],
  },
  { name: 'abort', type: 0x09, meaning: 'End the trial safe', token: true, fields: [] },
  { name: 'disarm', type: 0x0a, meaning: 'End the session: outputs safe, lines kept', token: true, fields: [] },
  {
    name: 'ping',
    type: 0x0b,
    meaning: 'Clock exchange and heartbeat',
    token: true,
    fields: [],
    reply: [
      { name: 'ticks', type: 'u32', meaning: 'device time when the frame was read' },
      { name: 'badFrames', type: 'u16', meaning: 'frames ignored since boot: CRC, length, stray bytes' },
      { name: 'overruns', type: 'u16', meaning: 'bytes lost by the receiver since boot' },
    ],
  },
  {
    name: 'ack',
    type: 0x0c,
    meaning: 'Events before this number are committed. Not answered',
    token: true,
    fields: [{ name: 'next', type: 'u16', meaning: 'number of the first event not yet committed' }],
  },
  {
    name: 'wave',
    type: 0x0d,
    meaning: 'How a line on a PWM pin shows while it is on, from the next trial on. Not during a trial',
    token: true,
    fields: [
      { name: 'line', type: 'u8', meaning: 'output line; its pin must have PWM' },
      { name: 'shape', type: 'u8', meaning: '0: constant, 1: square, 2: sine (from 0 up, and back to 0)' },
      { name: 'amplitude', type: 'u8', meaning: 'duty of the PWM at the peak; 255: full' },
      { name: 'duty', type: 'u8', meaning: 'square: share of the period that is on, in 256ths' },
      { name: 'step', type: 'u16', meaning: 'phase in a millisecond, in 65536ths of the period' },
      { name: 'up', type: 'u16', meaning: 'rise of the ramp in a millisecond; 65535: at once' },
      { name: 'down', type: 'u16', meaning: 'fall of the ramp in a millisecond, from the instant the line goes off' },
    ],
  },
  {
    name: 'allow',
    type: 0x0e,
    meaning: 'Fill an allowance. A line that draws on one stays shut until this has been said',
    token: true,
    fields: [
      { name: 'index', type: 'u8', meaning: 'allowance; 0 is water' },
      { name: 'left', type: 'u32', meaning: 'what is left of it' },
      { name: 'capacity', type: 'u32', meaning: 'what it can hold' },
      { name: 'refill', type: 'u16', meaning: 'what comes back in 1.024 ms' },
    ],
  },
  {
    name: 'sync',
    type: 0x0f,
    meaning: 'Pulses at random intervals on a line that no program may then drive; until disarmed',
    token: true,
    fields: [
      { name: 'line', type: 'u8', meaning: 'output line' },
      { name: 'leastMs', type: 'u16', meaning: 'shortest interval between onsets, more than the width; 0: stop' },
      { name: 'spreadMs', type: 'u16', meaning: 'up to so much more' },
      { name: 'widthMs', type: 'u16', meaning: 'of a pulse' },
      { name: 'seed', type: 'u16', meaning: 'of the intervals; never 0' },
    ],
  },
  {
    name: 'timing',
    type: 0x10,
    meaning: 'How late the board was since it was armed',
    token: true,
    fields: [],
    reply: [
      { name: 'timers', type: 'u16', meaning: 'timers that changed an output; stops at 65535' },
      { name: 'timerSum', type: 'u32', meaning: 'sum of ticks from deadline to pins written' },
      { name: 'timerWorst', type: 'u16', meaning: 'ticks' },
      { name: 'inputs', type: 'u16', meaning: 'input edges that changed an output; stops at 65535' },
      { name: 'inputSum', type: 'u32', meaning: 'sum of ticks from stamp to pins written' },
      { name: 'inputWorst', type: 'u16', meaning: 'ticks' },
    ],
  },
  {
    name: 'name',
    type: 0x11,
    meaning: 'Write the board id to its EEPROM. Not while armed',
    fields: [{ name: 'boardId', type: 'u32', meaning: 'any but 0xFFFFFFFF' }],
  },
];

/** From the board. */
export const reports: readonly Message[] = [
  {
    name: 'reply',
    type: 0x41,
    meaning: 'Answers one command',
    fields: [
      { name: 'id', type: 'u8', meaning: 'of the command' },
      { name: 'command', type: 'u8', meaning: 'its type' },
      { name: 'status', type: 'u8', meaning: 'see statuses' },
      { name: 'body', type: 'bytes', meaning: "the command's reply fields, if it was done" },
    ],
  },
  {
    name: 'events',
    type: 0x42,
    meaning: 'Events in order, resent until acknowledged',
    fields: [
      { name: 'first', type: 'u16', meaning: 'number of the first of them, counted from `arm`, 16 bits' },
      { name: 'data', type: 'bytes', meaning: 'EVENT_BYTES each: ticks, code, value' },
    ],
  },
  {
    name: 'booted',
    type: 0x43,
    meaning: 'Sent once when the board starts',
    fields: [{ name: 'bootId', type: 'u16', meaning: 'of this power-up' }],
  },
];
