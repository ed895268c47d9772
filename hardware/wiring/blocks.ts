/**
 * What stands at the end of a pin's wire: the circuits of output lines, by kind and polarity, and the choice among all. In
 * each, off is what holds while nothing drives the pin.
 */
import type { OutputKind } from '#machines/vocabulary.ts';
import type { RigFile } from '../rig-file.ts';
import { type Block, entry, type Hold, ttl, UP_TO_SUPPLY } from './block.ts';
import { inputBlock } from './input-blocks.ts';
import { box, coilAcross, diodeAcross, ground, ledAcross, nMosfet, npn, resistorAcross, supply } from './symbols.ts';

export type Line = RigFile['outputs'][number] | RigFile['inputs'][number];

function drivenLow(line: string): Block {
  return {
    up: UP_TO_SUPPLY,
    down: 34,
    goesTo: 'driver that is on while its input is low',
    draw(pen, pin) {
      entry(pen, pin, 'ttlSeries', 'pullUp');
      pen.part('activeLowDriver', pin);
      box(pen, [270, 0], [170, 44], [`U${pin}: driver of ${line},`, 'on while its input is low']);
    },
  };
}

function valve(line: string): Block {
  return {
    up: 64,
    down: 58,
    goesTo: 'valve, through an N-MOSFET',
    draw(pen, pin) {
      entry(pen, pin, 'gateResistor', 'pullDown');
      nMosfet(pen, [270, 0]);
      ground(pen, [296, 28]);
      pen.text([304, 16], pen.part('mosfet', pin));
      pen.line([296, -22], [330, -22]);
      pen.line([330, -22], [330, -46]);
      pen.dot([330, -22]);
      coilAcross(pen, [330, -22]);
      diodeAcross(pen, [330, -46]);
      pen.line([386, -46], [386, -22], [474, -22]);
      pen.dot([386, -22]);
      supply(pen, [474, -22], 'V+');
      pen.text([393, -42], pen.part('flyback', pin));
      pen.text([334, -7], `${pen.part('valve', pin)} valve of ${line}`);
    },
  };
}

function light(led: 'maskLed' | 'lampLed', resistor: 'maskResistor' | 'lampResistor', words: string): Block {
  return {
    up: 52,
    down: 58,
    goesTo: `${words}, through an NPN transistor`,
    draw(pen, pin) {
      entry(pen, pin, 'baseResistor', 'pullDown');
      npn(pen, [270, 0]);
      pen.line([292, 20], [292, 28]);
      ground(pen, [292, 28]);
      pen.text([304, 12], pen.part('npn', pin));
      pen.line([292, -20], [310, -20]);
      resistorAcross(pen, [310, -20], pen.part(resistor, `${pin}c`));
      pen.line([360, -20], [376, -20]);
      ledAcross(pen, [376, -20]);
      pen.line([416, -20], [456, -20]);
      supply(pen, [456, -20], '5 V');
      pen.text([356, -1], `${pen.part(led, pin)}: ${words}`);
    },
  };
}

const outputs: Readonly<Record<OutputKind, (line: string, hold: Hold) => Block>> = {
  odour: valve,
  water: valve,
  puff: valve,
  opto: (_, hold) => ttl('ttlSeries', hold, ['opto light driver,', 'TTL modulation input'], true),
  sync: (_, hold) => ttl('ttlSeries', hold, ['to the recorder or microscope:', 'TTL input, not terminated']),
  mask: () => light('maskLed', 'maskResistor', 'masking flash'),
  lamp: () => light('lampLed', 'lampResistor', 'fault lamp'),
};

/** Kinds whose far end takes a level, whichever it is; of the others a pin drives the transistor itself. */
const levels: readonly string[] = ['opto', 'sync'];

export function blockOf(line: Line): Block {
  if ('pullUp' in line) return inputBlock(line.kind, line.activeLow, line.pullUp);
  if (line.activeLow && !levels.includes(line.kind)) return drivenLow(line.name);
  return outputs[line.kind](line.name, line.activeLow ? 'pullUp' : 'pullDown');
}
