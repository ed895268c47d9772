import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonical, NotPlain } from '#machines/canonical.ts';

describe('canonical', () => {
  it('has one text for one value, whatever the order of keys', () => {
    expect(canonical({ b: 1, a: { d: [true, null], c: 'x' } })).toBe('{"a":{"c":"x","d":[true,null]},"b":1}');
    expect(canonical({ a: { c: 'x', d: [true, null] }, b: 1 })).toBe(
      canonical({ b: 1, a: { d: [true, null], c: 'x' } }),
    );
  });

  it('leaves out undefined members and makes -0 zero', () => {
    expect(canonical({ a: undefined, b: -0 })).toBe('{"b":0}');
  });

  it('is JSON that means the value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(canonical(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  const circular: unknown[] = [];
  circular.push(circular);
  class Vial {}
  it.each([
    ['a Date', new Date(0), 'x[0] is a Date'],
    ['a Map', new Map(), 'x[0] is a Map'],
    ['an instance of a class', new Vial(), 'x[0] is a Vial'],
    ['a function', () => 1, 'x[0] is a function'],
    ['a symbol', Symbol('s'), 'x[0] is a symbol'],
    ['a bigint', 1n, 'x[0] is a bigint'],
    ['NaN', Number.NaN, 'x[0] is NaN'],
    ['infinity', Number.POSITIVE_INFINITY, 'x[0] is Infinity'],
    ['a circle', circular, 'nested deeper than 32 levels or circular'],
  ])('refuses %s and says where it is', (_, value, words) => {
    expect(() => canonical({ x: [value] })).toThrow(NotPlain);
    expect(() => canonical({ x: [value] })).toThrow(words);
  });
});
