/**
 * The boards' pins as they stand on the header, seen from above with the USB socket up; each side from there downwards.
 * From the pin-out diagrams of the Arduino Uno Rev3 (A000066), Nano (A000005) and Mega 2560 Rev3 (A000067).
 * The Mega's end header, a double row, is read row by row after its right side.
 */
import type { BoardName } from '../boards.ts';

interface Headers {
  readonly title: string;
  readonly left: readonly string[];
  readonly right: readonly string[];
}

function range(first: number, last: number, prefix = ''): string[] {
  const step = first < last ? 1 : -1;
  return Array.from({ length: Math.abs(last - first) + 1 }, (_, index) => `${prefix}${first + index * step}`);
}

const power = ['IOREF', 'RESET', '3V3', '5V', 'GND', 'GND', 'VIN'];
const upperRight = ['SCL', 'SDA', 'AREF', 'GND', ...range(13, 0)];

export const headers: Readonly<Record<BoardName, Headers>> = {
  uno: { title: 'Arduino Uno', left: [...power, ...range(0, 5, 'A')], right: upperRight },
  nano: {
    title: 'Arduino Nano',
    left: ['13', '3V3', 'AREF', ...range(0, 7, 'A'), '5V', 'RESET', 'GND', 'VIN'],
    right: [...range(12, 2), 'GND', 'RESET', '0', '1'],
  },
  mega: {
    title: 'Arduino Mega 2560',
    left: [...power, ...range(0, 15, 'A')],
    right: [...upperRight, ...range(14, 21), '5V', '5V', ...range(22, 53), 'GND', 'GND'],
  },
};
