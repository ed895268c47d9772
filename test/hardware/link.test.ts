import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commands, limits, reports, statuses } from '#hardware/link/declaration.ts';
import { crc16, FrameParser, hostFrame } from '#hardware/link/frame.ts';
import { decodeReport, encodeCommand } from '#hardware/link/messages.ts';
import { programImage } from '#hardware/link/program-image.ts';
import { bind } from '#machines/bind.ts';
import { compile } from '#machines/compile.ts';
import { RandomStream } from '#machines/random.ts';
import { twoOdourTrial } from '#machines/two-odour-trial.ts';
import { durations, plans, RigDriver } from './rig-driver.ts';
import { licks } from './scripted-mouse.ts';
import { tappedRig } from './tapped-rig.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** As the board frames its reports. */
function boardFrame(body: number[]): Uint8Array {
  const crc = crc16(Uint8Array.from(body));
  const groups: number[] = [];
  let bits = 0;
  let count = 0;
  for (const byte of [...body, crc & 0xff, crc >> 8]) {
    bits |= byte << count;
    for (count += 8; count >= 7; count -= 7, bits >>= 7) groups.push(bits & 0x7f);
  }
  if (count > 0) groups.push(bits);
  return Uint8Array.from([0xf0, limits.LINK_SYSEX.value, ...groups, 0xf7]);
}

describe('the declaration', () => {
  it('gives every message, field and status a name and a number of its own', () => {
    const all = [...commands, ...reports];
    expect(new Set(all.map(({ type }) => type)).size).toBe(all.length);
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
    for (const { fields } of all) expect(new Set(fields.map(({ name }) => name)).size).toBe(fields.length);
    const values = Object.values(statuses).map(({ value }) => value);
    expect(new Set(values).size).toBe(values.length);
  });
});

describe('frames', () => {
  it('are these bytes (golden)', () => {
    expect(hex(boardFrame([0x43, 5, 0]))).toMatchInlineSnapshot(`"f00d430a00486915f7"`);
    expect(hex(hostFrame(encodeCommand('hello', 1, 0, {})))).toMatchInlineSnapshot(`"f00d0102201951780bf7"`);
    expect(
      hex(hostFrame(encodeCommand('start', 7, 0x01020304, { trial: 300, crc: 0xdeadbeef, now: 0, at: 0x80000001 }))),
    ).toMatchInlineSnapshot(`"f00d080e101820200016015e7b6d6a1b40000000007c0f254660f7"`);
  });

  it('carry a CRC-16 that agrees with the published check value of CRC-16/X-25 before its final inversion', () => {
    // CRC RevEng catalogue: CRC-16/MCRF4XX, the same polynomial without inversion, of "123456789".
    expect(crc16(new TextEncoder().encode('123456789'))).toBe(0x6f91);
  });

  it('are found among noise, and a damaged one is dropped and counted', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(255), { maxLength: 40 }), fc.nat(255), (noise, damage) => {
        const got: Uint8Array[] = [];
        const parser = new FrameParser((payload) => got.push(payload));
        const frame = boardFrame([0x43, 7, 1]);
        parser.take(Uint8Array.from(noise));
        parser.take(frame);
        expect(got.map((payload) => decodeReport(payload))).toContainEqual({ name: 'booted', values: { bootId: 263 } });
        const count = got.length;
        const damaged = Uint8Array.from(frame);
        damaged[3 + (damage % 4)]! ^= 1 + ((damage >> 2) & 0x3f);
        parser.take(damaged);
        expect(got.length).toBe(count);
      }),
    );
  });
});

describe('a program image', () => {
  const { lines } = {
    lines: { inputs: ['lick'], outputs: ['odourA', 'odourB', 'odourC', 'odourD', 'water', 'opto', 'trial'] },
  };

  it('is these bytes for a go trial (golden): header, durations, offsets, start, nodes', () => {
    const bound = bind(compile(twoOdourTrial, plans.go, lines), { ...durations }, 2000);
    const { bytes, crc } = programImage(bound);
    expect({ length: bytes.length, crc: crc.toString(16), header: hex(bytes.subarray(0, 8)) }).toMatchInlineSnapshot(`
      {
        "crc": "22d40d91",
        "header": "020f0309a0860100",
        "length": 193,
      }
    `);
  });

  it('is refused when the board could not hold it, naming what is too much', () => {
    const bound = bind(compile(twoOdourTrial, { ...plans.go, licksToAnswer: 60 }, lines), { ...durations }, 2000);
    expect(() => programImage(bound)).toThrow(/needs \d+ bytes; the board holds 480/);
  });
});

it('brings every event once and in order, and every trial to its end, over a line that damages one byte in two hundred', async () => {
  const random = new RandomStream(11, 'noise');
  const noisy = (bytes: Uint8Array) =>
    bytes.map((byte) => (random.below(200) === 0 ? byte ^ (1 << random.below(8)) : byte));
  const driver = await RigDriver.open((mouse) => tappedRig(mouse, { toBoard: noisy, fromBoard: noisy }));
  for (let trial = 0; trial < 20; trial++) {
    const { verdict } = await driver.run(plans.go, licks('lick', 60, 120, 300, 470, 530, 590, 650));
    expect(verdict).toMatchObject({ consistent: true });
  }
  await driver.rig.close();
  expect(driver.events.map(({ seq }) => seq)).toEqual(driver.events.map((_, index) => index));
}, 120_000);
