/**
 * The parts that the drawings use: value as drawn, an example to order, and why it is there. Limits of the board's chip are
 * from the ATmega328P data sheet (Microchip DS40002061B, chapter Electrical Characteristics): 40 mA a pin at the most, 20 mA
 * as tested; a high level is over 0.6 of the 5 V.
 */
interface Part {
  /** First letter of its designators: R, Q, D, Y (valve), X (socket), C, F, U (a box of its own). */
  readonly letter: string;
  /** As written on the drawing; empty when its place says it. */
  readonly value: string;
  readonly what: string;
  readonly example: string;
  readonly why: string;
}

export const parts = {
  gateResistor: {
    letter: 'R',
    value: '150 Ω',
    what: 'resistor 150 Ω (100 to 220 Ω), 0.25 W',
    example: 'any',
    why: 'charging the gate takes 33 mA for an instant, and not what would harm the pin (40 mA)',
  },
  pullDown: {
    letter: 'R',
    value: '10 kΩ',
    what: 'resistor 10 kΩ, 0.25 W, to ground',
    example: 'any',
    why: 'keeps the line off while the pin drives nothing: in reset, at boot, in the boot loader, with the wire off',
  },
  pullUp: {
    letter: 'R',
    value: '10 kΩ',
    what: 'resistor 10 kΩ, 0.25 W, to 5 V',
    example: 'any',
    why: 'keeps an active-low line off while nothing drives it',
  },
  mosfet: {
    letter: 'Q',
    value: 'N-MOSFET',
    what: 'N-channel MOSFET, logic level: its on-resistance is specified at 4.5 or 5 V',
    example: 'IRLZ44N, IRLB8721',
    why: 'carries the coil; one that wants 10 V at the gate gets hot and may not open the valve',
  },
  flyback: {
    letter: 'D',
    value: '1N4007',
    what: 'diode across the coil, ring (cathode) at the supply',
    example: '1N4007, 1N5819',
    why: "takes the coil's current when the transistor shuts; without it the kick kills the transistor and is taken for licks",
  },
  valve: {
    letter: 'Y',
    value: '',
    what: 'valve, closed without current, for the voltage of the supply',
    example: '12 V, 2-way, inert (PTFE) for odours',
    why: 'shut whenever power, host or board fails',
  },
  irLed: {
    letter: 'D',
    value: '940 nm',
    what: 'infra-red diode, narrow beam',
    example: 'TSAL6200',
    why: 'invisible to the mouse',
  },
  irResistor: {
    letter: 'R',
    value: '150 Ω',
    what: 'resistor 150 Ω, 0.25 W',
    example: 'any',
    why: '25 mA through the infra-red diode',
  },
  phototransistor: {
    letter: 'Q',
    value: '',
    what: 'phototransistor behind a daylight filter',
    example: 'SFH 309 FA',
    why: 'sees the beam, and neither the room nor the opto light',
  },
  beamLoad: {
    letter: 'R',
    value: '47 kΩ',
    what: 'resistor 47 kΩ, 0.25 W',
    example: 'any',
    why: 'the whole beam must sink 0.1 mA; larger: more sensitive and slower',
  },
  beamPullUp: {
    letter: 'R',
    value: '10 kΩ',
    what: 'resistor 10 kΩ, 0.25 W, to 5 V',
    example: 'any',
    why: "with the chip's own (20 to 50 kΩ), fast edges on a cable",
  },
  npn: {
    letter: 'Q',
    value: 'NPN',
    what: 'NPN transistor for 100 mA or more',
    example: 'BC337, 2N2222',
    why: 'switches what a pin should not carry',
  },
  baseResistor: {
    letter: 'R',
    value: '1 kΩ',
    what: 'resistor 1 kΩ, 0.25 W',
    example: 'any',
    why: '4 mA into the base: saturated, and far below what a pin may give',
  },
  maskLed: {
    letter: 'D',
    value: 'LED',
    what: "LED of the opto light's colour, wide angle, 20 mA",
    example: '470 nm, 5 mm, diffuse',
    why: 'flashes in every trial, so that light in the brain is no cue to the eye',
  },
  maskResistor: {
    letter: 'R',
    value: '100 Ω',
    what: 'resistor 100 Ω, 0.25 W',
    example: 'any',
    why: '17 mA through a blue LED (3.2 V); choose it for your LED',
  },
  lampLed: {
    letter: 'D',
    value: 'red LED',
    what: 'red LED, where whoever looks after the rig sees it and the mouse does not',
    example: 'panel LED, 8 or 10 mm',
    why: 'the alarm that does not need the PC',
  },
  lampResistor: {
    letter: 'R',
    value: '330 Ω',
    what: 'resistor 330 Ω, 0.25 W',
    example: 'any',
    why: '9 mA through a red LED (2 V)',
  },
  ttlSeries: {
    letter: 'R',
    value: '220 Ω',
    what: 'resistor 220 Ω, 0.25 W',
    example: 'any',
    why: 'a shorted cable, or equipment that is switched off, takes 23 mA and not the pin',
  },
  inputSeries: {
    letter: 'R',
    value: '1 kΩ',
    what: 'resistor 1 kΩ, 0.25 W',
    example: 'any',
    why: 'keeps the current of an over-voltage, or into an unpowered board, to a few mA',
  },
  bnc: {
    letter: 'X',
    value: 'BNC',
    what: 'BNC socket',
    example: 'any, 50 Ω',
    why: 'shield at ground; the far end must not be terminated in 50 Ω',
  },
  lightDriver: {
    letter: 'U',
    value: '',
    what: 'current driver of the opto LED or laser, with a TTL input that follows the PWM',
    example: 'TTL modulation to 50 kHz or more',
    why: "the light's current is set and limited there, never by a pin",
  },
  lickSensor: {
    letter: 'U',
    value: '',
    what: 'lick sensor with a 5 V output of its own',
    example: 'any',
    why: 'as the rig file has it: no pull-up in the board',
  },
  activeLowDriver: {
    letter: 'U',
    value: '',
    what: 'driver that is on when its input is low, its logic fed from the same 5 V',
    example: 'opto-isolated module',
    why: 'as the rig file has it (activeLow); without that 5 V it must be off',
  },
  supply: {
    letter: 'U',
    value: '',
    what: "supply of the valves' voltage, for the current of all valves",
    example: '12 V, 2 A',
    why: "never the board's 5 V",
  },
  fuse: {
    letter: 'F',
    value: '2 A',
    what: 'fuse, 1.5 times the current of all valves',
    example: '2 A, slow',
    why: 'a shorted coil or transistor must not burn',
  },
  reservoir: {
    letter: 'C',
    value: '1000 µF',
    what: "electrolytic capacitor, for twice the supply's voltage, near the transistors",
    example: '1000 µF, 35 V',
    why: 'a valve that opens must not pull down the others, nor be heard on the lick wire',
  },
} as const satisfies Record<string, Part>;

export type PartKey = keyof typeof parts;
