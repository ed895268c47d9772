/**
 * What all circuits share: their size, what holds a line off while nothing drives its pin, and a socket. After a reset all
 * pins are inputs, and stay so through the boot loader (hardware/firmware/rehearsal/outputs.c).
 */
import type { Pen } from './sheet.ts';
import { ground, resistorAcross, resistorDown, socket, supply } from './symbols.ts';

export interface Block {
  /** Room above and below the wire, in pixels. */
  readonly up: number;
  readonly down: number;
  /** For the pin table. */
  readonly goesTo: string;
  /** `pin`: as on the header, for designators. */
  readonly draw: (pen: Pen, pin: string) => void;
}

/** A circuit begins where the wire's words end. */
const START = 170;
/** Above a wire with a pull-up. */
export const UP_TO_SUPPLY = 82;

export type Hold = 'pullDown' | 'pullUp' | 'nothing';

/** A series resistor, then at the node 245 what holds the line off. */
export function entry(
  pen: Pen,
  pin: string,
  series: 'gateResistor' | 'baseResistor' | 'ttlSeries' | 'inputSeries',
  hold: Hold,
) {
  pen.line([0, 0], [START, 0]);
  resistorAcross(pen, [START, 0], pen.part(series, `${pin}a`));
  pen.line([220, 0], [270, 0]);
  if (hold === 'nothing') return;
  pen.dot([245, 0]);
  if (hold === 'pullDown') {
    resistorDown(pen, [245, 0], pen.part('pullDown', `${pin}b`));
    ground(pen, [245, 40]);
  } else {
    pen.line([245, 0], [245, -14]);
    resistorDown(pen, [245, -54], pen.part('pullUp', `${pin}b`), true);
    supply(pen, [245, -54], '5 V');
  }
}

/** A socket for equipment with a TTL input or output. */
export function ttl(series: 'ttlSeries' | 'inputSeries', hold: Hold, words: readonly string[], driver = false): Block {
  return {
    up: hold === 'pullUp' ? UP_TO_SUPPLY : 30,
    down: 58,
    goesTo: words.join(' '),
    draw(pen, pin) {
      entry(pen, pin, series, hold);
      pen.line([270, 0], [290, 0]);
      socket(pen, [290, 0]);
      pen.text([322, -12], pen.part('bnc', pin));
      const own = driver ? [`${pen.part('lightDriver', pin)}: ${words[0]}`, ...words.slice(1)] : words;
      for (const [index, line] of own.entries()) pen.text([322, 4 + 14 * index], line);
    },
  };
}
