/** Where Timer0 and Timer2 differ: addresses, vectors, clock selects (data sheet 15.9 and 18.11). */
export interface Timer8Config {
  readonly name: string;
  readonly tifr: number;
  readonly timsk: number;
  /** TCCRxA; TCCRxB, TCNTx, OCRxA and OCRxB follow it. */
  readonly tccra: number;
  /** Vectors COMPA, COMPB, OVF. */
  readonly vectors: readonly [number, number, number];
  /** By clock select (tables 15-9 and 18-9); those missing are clocked from a pin. */
  readonly prescalers: readonly number[];
  /** Set for a timer that could be clocked by a crystal of its own. */
  readonly assr?: number;
}

export const TIMER0: Timer8Config = {
  name: 'Timer0',
  tifr: 0x35,
  timsk: 0x6e,
  tccra: 0x44,
  vectors: [0x1c, 0x1e, 0x20],
  prescalers: [0, 1, 8, 64, 256, 1024],
};

export const TIMER2: Timer8Config = {
  name: 'Timer2',
  tifr: 0x37,
  timsk: 0x70,
  tccra: 0xb0,
  vectors: [0x0e, 0x10, 0x12],
  prescalers: [0, 1, 8, 32, 64, 128, 256, 1024],
  assr: 0xb6,
};
