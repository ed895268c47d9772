import { describe, expect, it } from 'vitest';
import { bodyShare, isFalling, isQuestionable, needUl } from '#protocols/animal-care.ts';

describe('weights', () => {
  it('are shares of the body, implant taken off both', () => {
    expect(bodyShare(22.2, 26.2, 1.2)).toBeCloseTo(0.84, 12);
    // With the implant left in, the same mouse would pass for 85 %.
    expect(22.2 / 26.2).toBeGreaterThan(0.845);
  });

  it('give the need of water by the body alone', () => {
    expect(needUl(21.2, 1.2, 0.04)).toBeCloseTo(800, 9);
  });

  it.each([
    [22, null, false],
    [22, 24, false],
    [12.4, 22.4, true],
    [24.7, 22.4, true],
  ])('%d g after %s g is questioned: %s', (grams, before, expected) => {
    expect(isQuestionable(grams, before)).toBe(expected);
  });

  it.each([
    ['too few days', [25, 24, 23], false],
    ['day after day', [25, 24.7, 24.4, 24.1], true],
    ['day after day, but hardly', [25, 24.9, 24.8, 24.7], false],
    ['with a day between that did not fall', [25, 24, 24, 23], false],
    ['long ago', [27, 26, 25, 25, 25, 25], false],
  ])('fall: %s', (_, daily, expected) => {
    expect(isFalling(daily)).toBe(expected);
  });
});
