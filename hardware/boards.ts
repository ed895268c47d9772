/**
 * The boards the firmware runs on: their pins by Arduino name, and what each pin can do. Twin of
 * hardware/firmware/rehearsal/board.h. Sources: Arduino pin maps; ATmega328P and ATmega2560 data sheets, chapters on pin
 * change interrupts (which inputs can be stamped) and Timer2 (which outputs can show a wave).
 */

export const boardNames = ['uno', 'nano', 'mega'] as const;
export type BoardName = (typeof boardNames)[number];

interface BoardPins {
  /** Number of pin A0. */
  readonly analog: number;
  readonly analogPins: number;
  readonly lastDigital: number;
  readonly pwm: readonly number[];
  canInput(pin: number): boolean;
  readonly inputWords: string;
}

const uno: BoardPins = {
  analog: 14,
  analogPins: 6,
  lastDigital: 13,
  pwm: [3, 11],
  canInput: () => true,
  inputWords: 'any pin',
};

const within = (pin: number, first: number, last: number) => pin >= first && pin <= last;

export const boards: Record<BoardName, BoardPins> = {
  uno,
  nano: uno,
  mega: {
    analog: 54,
    analogPins: 16,
    lastDigital: 53,
    pwm: [9, 10],
    canInput: (pin) => within(pin, 10, 13) || within(pin, 50, 53) || within(pin, 62, 69),
    inputWords: '10 to 13, 50 to 53 or A8 to A15, where the chip stamps edges',
  },
};

/** Arduino's number of a pin as a rig file names it (`7`, `"A2"`); null: the board has no such pin for a line. */
export function pinNumber(board: BoardName, name: number | string): number | null {
  const { analog, analogPins, lastDigital } = boards[board];
  // 0 and 1 are the serial line's.
  if (typeof name === 'number') return name >= 2 && name <= lastDigital ? name : null;
  const index = Number(/^A(\d{1,2})$/.exec(name)?.[1] ?? Number.NaN);
  return index < analogPins ? analog + index : null;
}

/** The other way round, for people. */
export function pinName(board: BoardName, pin: number): string {
  const { analog } = boards[board];
  return pin < analog ? String(pin) : `A${pin - analog}`;
}
