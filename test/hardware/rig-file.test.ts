import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { RigError } from '#hardware/rig.ts';
import { findRigFile, groupBits, lineTable, parseRigFile, readRigFile, rigFacts } from '#hardware/rig-file.ts';
import { spoutLines, spouts } from '#machines/vocabulary.ts';
import { delayedAssociation } from '#protocols/delayed-association.ts';

// biome-ignore lint/suspicious/noExplicitAny: each case damages the file in its own way
type Loose = any;

function sound(): Loose {
  return JSON.parse(readRigFile(new URL('../../hardware/rigs/uno.json', import.meta.url).pathname).text);
}

function messageFor(file: Loose): string {
  try {
    parseRigFile(typeof file === 'string' ? file : JSON.stringify(file), 'lab/rig3.json');
  } catch (error) {
    expect(error).toBeInstanceOf(RigError);
    expect((error as RigError).code).toBe('rigFile');
    return (error as RigError).message;
  }
  throw new Error('the file was accepted');
}

describe('a rig file', () => {
  const shipped = readdirSync(new URL('../../hardware/rigs/', import.meta.url)).map((file) =>
    file.replace('.json', ''),
  );

  it.each(shipped)('shipped as %s is sound, and names itself after its file', (name) => {
    const file = findRigFile(name);
    expect(file.name).toBe(name);
    expect(lineTable(file).outputs.slice(0, 4)).toEqual(['odourA', 'odourB', 'odourC', 'odourD']);
    for (const { kind, pin } of file.inputs) if (kind === 'lick') expect(pin).toBeLessThan(8);
  });

  it.each(shipped)('shipped as %s lets odours stay on for as long as the task may ask', (name) => {
    const { odour1Ms } = delayedAssociation.parameters.shape;
    const longest = odour1Ms.unwrap().maxValue!;
    for (const { kind, longestOnMs } of findRigFile(name).outputs) {
      if (kind === 'odour') expect(longestOnMs).toBeGreaterThan(longest);
    }
  });

  it('numbers its lines in the order of the file, outputs and inputs apart', () => {
    expect(lineTable(findRigFile('two-spout'))).toEqual({
      outputs: ['odourA', 'odourB', 'odourC', 'odourD', 'waterLeft', 'waterRight', 'opto', 'trial', 'maskingLight'],
      inputs: ['lickLeft', 'lickRight'],
    });
  });

  it('tells the board the groups of each output as bits', () => {
    expect(groupBits(findRigFile('two-spout'))).toEqual([1, 1, 1, 1, 2, 2, 0, 0, 0]);
  });

  it('reads A0 to A5 as the Arduino numbers 14 to 19', () => {
    const file = sound();
    file.lines.lick.pin = 'A5';
    expect(parseRigFile(JSON.stringify(file), 'x').inputs[0]!.pin).toBe(19);
  });

  it('turns a drop into valve time by the nominal flow of its spout', () => {
    expect(rigFacts(findRigFile('virtual')).waterMs(4, 'centre')).toBe(40);
    const file = sound();
    file.lines.water.flowUlPerS = 75;
    expect(rigFacts(parseRigFile(JSON.stringify(file), 'x')).waterMs(4, 'centre')).toBe(53.33);
  });

  it('refuses a drop at a spout it does not have, or one that would outlast the valve', () => {
    expect(() => rigFacts(findRigFile('virtual')).waterMs(4, 'left')).toThrow(/no water line "waterLeft"/);
    expect(() => rigFacts(findRigFile('virtual')).waterMs(100, 'centre')).toThrow(/may stay on for 1000 ms/);
  });

  it('says how the frame clock is judged and what waits for it; other lines have none of it', () => {
    const [lick, frames] = findRigFile('imaging').inputs;
    expect(frames).toMatchObject({ nominalHz: 30, leastPulseUs: 500, holdFrames: 30, simulateHz: 30 });
    expect(lick).toMatchObject({ nominalHz: null, leastPulseUs: null, holdFrames: null, simulateHz: null });
    const file = sound();
    file.lines.frames = { kind: 'frameClock', pin: 12 };
    expect(parseRigFile(JSON.stringify(file), 'x').inputs[1]).toMatchObject({ holdFrames: 0, simulateHz: null });
  });

  it('of a virtual or emulated rig is simulated, of a board is not, unless it says so', () => {
    expect(findRigFile('virtual').simulated).toBe(true);
    expect(findRigFile('uno').simulated).toBe(false);
    expect(parseRigFile(JSON.stringify({ ...sound(), simulated: true }), 'x').simulated).toBe(true);
  });

  it('that is missing or unknown is an error that says where to look', () => {
    expect(() => findRigFile('nowhere')).toThrow(/no rig called "nowhere".*emulated.*two-spout.*uno.*virtual/s);
    expect(() => findRigFile('/nowhere/rig.json')).toThrow(/\/nowhere\/rig\.json cannot be used.*check the path/s);
  });

  const damage: [string, (file: Loose) => void, RegExp][] = [
    ['uses a pin twice', (f) => (f.lines.lick.pin = 8), /lines\.lick\.pin: pin 8 is already the pin of water/],
    [
      'uses a pin of the serial line',
      (f) => (f.lines.lick.pin = 1),
      /lines\.lick\.pin: a uno has no pin \d for a line/,
    ],
    ['names a pin that is not there', (f) => (f.lines.lick.pin = 'A6'), /lines\.lick\.pin/],
    ['has an unknown kind', (f) => (f.lines.lick.kind = 'nose'), /lines\.lick(\.kind)?: must be one of odour, water/],
    ['has an unknown field', (f) => (f.lines.lick.pullup = true), /lines\.lick: .*pullup/],
    ['has no longest on-time', (f) => delete f.lines.opto.longestOnMs, /lines\.opto\.longestOnMs/],
    ['has a longest on-time over 60 s', (f) => (f.lines.opto.longestOnMs = 60_001), /lines\.opto\.longestOnMs/],
    ['has water without a flow', (f) => delete f.lines.water.flowUlPerS, /lines\.water\.flowUlPerS/],
    ['groups an unknown line', (f) => f.exclusive.push(['water', 'tea']), /exclusive\.1: "tea" is no output line/],
    ['groups an input', (f) => f.exclusive.push(['water', 'lick']), /exclusive\.1: "lick" is no output line/],
    ['groups a line with itself', (f) => f.exclusive.push(['water', 'water']), /exclusive\.1: names a line twice/],
    [
      'lets two odours open together',
      (f) => f.exclusive[0].pop(),
      /two odour valves may never be open at once.*odourD/,
    ],
    ['has no groups at all', (f) => delete f.exclusive, /two odour valves may never be open at once/],
    ['has a name that is not plain', (f) => (f.name = 'rig 3/b'), /name: must be 1 to 40 letters/],
    ['has a line name that is not plain', (f) => (f.lines['odour-E'] = f.lines.lick), /must be a plain name/],
    ['does not say how to find the board', (f) => (f.find = {}), /find: must say how the board is found/],
    ['finds the board by port name alone', (f) => (f.find = { port: 'COM3' }), /find\.port: port names change hands/],
    ['has a board id that was never set', (f) => (f.find = { boardId: 'FFFFFFFF' }), /find\.boardId/],
    ['calls an emulated rig real', (f) => Object.assign(f, { kind: 'emulated', simulated: false }), /simulated: /],
    [
      'waits for a part of a frame',
      (f) => (f.lines.frames = { kind: 'frameClock', pin: 12, holdFrames: 1.5 }),
      /lines\.frames\.holdFrames: must be 0 to 10000 good frames/,
    ],
    [
      'simulates the microscope of a real rig',
      (f) => (f.lines.frames = { kind: 'frameClock', pin: 12, simulateHz: 30 }),
      /lines\.frames\.simulateHz: a real rig has a microscope of its own/,
    ],
    [
      'takes every frame for too short',
      (f) => (f.lines.frames = { kind: 'frameClock', pin: 12, nominalHz: 50, leastPulseUs: 20_000 }),
      /lines\.frames\.leastPulseUs: frames of 50 Hz come every 20000 us/,
    ],
    ['waits too long for a silent host', (f) => (f.hostSilenceMs = 20_000), /hostSilenceMs/],
  ];

  it.each(damage)('that %s is refused by name and field', (_, change, message) => {
    const file = sound();
    change(file);
    expect(messageFor(file)).toMatch(message);
    expect(messageFor(file)).toMatch(/^The rig file lab\/rig3\.json cannot be used:\n.*No port was opened/s);
  });

  it.each([
    ['outputs', 'lamp', 'outputs', 13],
    ['inputs', 'sense', 'inputs', 7],
  ])('with more %s than the board has is refused', (_, kind, words, count) => {
    const file = sound();
    file.lines = {};
    const pins = [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 'A0'];
    for (let index = 0; index < count; index++) {
      file.lines[`line${index}`] = { kind, pin: pins[index], ...(kind === 'lamp' && { longestOnMs: 10 }) };
    }
    file.exclusive = [];
    expect(messageFor(file)).toMatch(new RegExp(`at most \\d+ ${words}, and the file has ${count}`));
  });

  it('that is no JSON is refused, and several problems are told together', () => {
    expect(messageFor('{ "name": ')).toMatch(/It is no JSON/);
    const file = sound();
    file.lines.lick.pin = 8;
    file.exclusive = [];
    expect(messageFor(file)).toMatch(/lines\.lick\.pin.*exclusive/s);
  });

  it('accepts a port name alone when it says so in words', () => {
    const file = { ...sound(), find: { port: 'COM3', trustPortName: true } };
    expect(parseRigFile(JSON.stringify(file), 'x').find).toEqual({ port: 'COM3' });
  });
});

it('every spout has a line on one of the shipped rigs', () => {
  const inputs = ['virtual', 'two-spout'].flatMap((name) => lineTable(findRigFile(name)).inputs);
  expect(inputs.sort()).toEqual(spouts.map((spout) => spoutLines[spout].lick).sort());
});
