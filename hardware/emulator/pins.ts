/**
 * Arduino Uno pin names, as rig files use them, to the chip's ports (Uno Rev3 schematic). Digital 0 and 1 are the serial
 * line and 13 carries the board's own LED: they have ports, whether a rig may use them is the rig file's matter.
 */
export type PortName = 'B' | 'C' | 'D';
/** 2 to 13, or 'A0' to 'A5'. */
export type UnoPin = number | string;

export interface PortBit {
  readonly port: PortName;
  readonly bit: number;
}

/** @throws RangeError for a pin that an Uno does not have. */
export function unoPin(pin: UnoPin): PortBit {
  const name = String(pin);
  if (/^\d{1,2}$/.test(name) && Number(name) <= 13) {
    const digital = Number(name);
    return digital < 8 ? { port: 'D', bit: digital } : { port: 'B', bit: digital - 8 };
  }
  if (/^A[0-5]$/.test(name)) return { port: 'C', bit: Number(name[1]) };
  throw new RangeError(`An Arduino Uno has no pin "${name}". Expected 0 to 13 or "A0" to "A5".`);
}
