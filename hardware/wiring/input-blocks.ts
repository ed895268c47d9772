/**
 * The circuits of input lines, by kind, polarity and pull-up: what a rig file says of a lick sensor decides how its beam must
 * be wired, for a beam is dark at a lick and light at rest.
 */
import type { InputKind } from '#machines/vocabulary.ts';
import { type Block, entry, ttl, UP_TO_SUPPLY } from './block.ts';
import type { Pen } from './sheet.ts';
import { box, ground, ledDown, npn, phototransistor, resistorDown, supply } from './symbols.ts';

/** The diode shines at the phototransistor over the spout's end; the tongue breaks the beam. */
function beam(pen: Pen, pin: string, x: number, load: 'beamLoad' | 'beamPullUp'): void {
  pen.dot([x, 0]);
  resistorDown(pen, [x, -40], pen.part(load, `${pin}b`));
  supply(pen, [x, -40], '5 V');
  pen.line([x, 0], [x + 28, 0], [x + 28, 6]);
  phototransistor(pen.at([x + 50, 26], true), [0, 0]);
  pen.line([x + 28, 46], [x + 28, 50]);
  ground(pen, [x + 28, 50]);
  pen.text([x + 40, 50], pen.part('phototransistor', `${pin}p`));
  resistorDown(pen, [x + 100, -34], pen.part('irResistor', `${pin}c`), true);
  supply(pen, [x + 100, -34], '5 V');
  ledDown(pen, [x + 100, 6]);
  pen.line([x + 100, 42], [x + 100, 50]);
  ground(pen, [x + 100, 50]);
  pen.text([x + 112, 30], pen.part('irLed', pin));
  pen.text([x + 112, 46], 'the tongue breaks the beam');
}

/** Whole beam: the NPN transistor is shut, the pin high. A broken beam, and nothing else, lets it pull the pin low. */
const beamLow: Block = {
  up: 68,
  down: 74,
  goesTo: 'infra-red beam at the spout, through an NPN transistor',
  draw(pen, pin) {
    pen.line([0, 0], [200, 0], [200, 6]);
    npn(pen.at([222, 26], true), [0, 0]);
    pen.line([200, 46], [200, 50]);
    ground(pen, [200, 50]);
    pen.text([188, 54], pen.part('npn', `${pin}n`), { anchor: 'end' });
    pen.line([222, 26], [238, 26], [238, 0], [270, 0]);
    beam(pen, pin, 270, 'beamLoad');
  },
};

/** Whole beam: the phototransistor holds the pin low. A broken beam lets the pin rise. */
const beamHigh: Block = {
  up: 68,
  down: 74,
  goesTo: 'infra-red beam at the spout',
  draw(pen, pin) {
    pen.line([0, 0], [270, 0]);
    beam(pen, pin, 270, 'beamPullUp');
  },
};

function sensor(activeLow: boolean): Block {
  return {
    up: activeLow ? UP_TO_SUPPLY : 34,
    down: activeLow ? 34 : 58,
    goesTo: 'lick sensor with an output of its own',
    draw(pen, pin) {
      entry(pen, pin, 'inputSeries', activeLow ? 'pullUp' : 'pullDown');
      pen.part('lickSensor', pin);
      box(pen, [270, 0], [170, 44], [`U${pin}: lick sensor,`, `${activeLow ? 'low' : 'high'} (5 V logic) at a lick`]);
    },
  };
}

export function inputBlock(kind: InputKind, activeLow: boolean, pullUp: boolean): Block {
  if (kind === 'lick') {
    if (pullUp) return activeLow ? beamLow : beamHigh;
    return sensor(activeLow);
  }
  const words =
    kind === 'frameClock'
      ? ['from the microscope: a pulse', 'for each frame, 5 V (or 3.3 V) TTL']
      : ['from a switch to ground,', 'or a 5 V TTL output'];
  return ttl('inputSeries', pullUp ? 'nothing' : activeLow ? 'pullUp' : 'pullDown', words);
}
