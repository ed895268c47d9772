import { describe, expect, it } from 'vitest';
import { delayedAssociation } from '#protocols/delayed-association.ts';
import { nearest } from '#protocols/nearest.ts';
import { describeParameters, ParameterError, parseParameters } from '#protocols/parameters.ts';

const parse = (settings: Record<string, string>) => parseParameters(delayedAssociation, settings);

function refusal(settings: Record<string, string>): ParameterError {
  try {
    parse(settings);
  } catch (error) {
    if (error instanceof ParameterError) return error;
    throw error;
  }
  throw new Error(`${JSON.stringify(settings)} was taken`);
}

describe('parameters from the command line', () => {
  it('take their defaults, which are those of the paper where it gives them', () => {
    expect(parse({})).toMatchObject({
      responseMode: 'go-no-go',
      odour1Ms: 1000,
      delayMs: 5000,
      odour2Ms: 1000,
      choiceMs: 3000,
      abortOnEarlyLick: false,
      timeoutMs: 0,
      optoEpoch: [],
    });
  });

  it('make a trial of 20 s by default', () => {
    const set = parse({});
    expect(set.baselineMs + set.odour1Ms + set.delayMs + set.odour2Ms + set.choiceMs + set.consumptionMs).toBe(20_000);
  });

  it('are read as numbers, truth values and choices', () => {
    expect(
      parse({ delayMs: '3000', rewardUl: '2.5', abortOnEarlyLick: 'true', responseMode: 'two-spout' }),
    ).toMatchObject({ delayMs: 3000, rewardUl: 2.5, abortOnEarlyLick: true, responseMode: 'two-spout' });
    expect(parse({ delayMs: '0', intervalMs: '250' })).toMatchObject({ delayMs: 0, intervalMs: 250 });
  });

  it.each(['', ' ', '5s', '1e999', '1e3', 'NaN', 'Infinity', '0x10', '1_000', '--5', '5,5', ' 5'])(
    'are refused as unreadable: delayMs="%s"',
    (text) => {
      expect(refusal({ delayMs: text }).code).toBe('unreadable');
    },
  );

  it.each([
    { delayMs: '-1' },
    { delayMs: '60001' },
    { intervalMs: '249' },
    { optoShare: '0.51' },
    { rewardUl: '400' },
    { delayMs: '2.5' },
    { delayMs: '9'.repeat(400) },
  ])('are refused out of their bounds: %o', (settings) => {
    expect(refusal(settings as Record<string, string>).code).toBe('outOfBounds');
  });

  it('say name, value, bounds, unit and remedy when out of bounds', () => {
    expect(refusal({ delayMs: '70000' }).message).toBe(
      'delayMs: 70000 ms is out of its bounds. Choose 0 to 60000 ms, e.g. --set delayMs=5000. ' +
        'Nothing was started; animal and record are as before.',
    );
    expect(refusal({ delayMs: '2.5' }).message).toContain('2.5 ms is not a whole number');
  });

  it('say the choices when a choice is unknown', () => {
    expect(refusal({ optoEpoch: 'delay' }).message).toContain('none, baseline, odour1, earlyDelay, lateDelay');
    expect(refusal({ abortOnEarlyLick: 'yes' }).message).toContain('Choose one of true, false');
  });

  it('suggest the nearest name for an unknown one, and list all', () => {
    const error = refusal({ delayms: '3000' });
    expect(error.code).toBe('unknown');
    expect(error.message).toContain('Did you mean delayMs?');
    expect(error.message).toContain('consumptionMs');
    expect(refusal({ zzzzzz: '1' }).message).not.toContain('Did you mean');
  });

  it.each(['constructor', '__proto__', 'toString'])('do not take %s for a parameter', (name) => {
    expect(refusal(Object.fromEntries([[name, '1']])).code).toBe('unknown');
  });

  it.each([
    [{ answerStartMs: '3000' }, 'answerStartMs'],
    [{ rewardDelayMs: '5000' }, 'rewardDelayMs'],
    [{ timeoutMs: '1000' }, 'abortOnEarlyLick'],
    [{ optoShare: '0.2' }, 'optoEpoch'],
    [{ optoEpoch: 'choice' }, 'optoShare'],
    [{ optoEpoch: 'lateDelay', optoShare: '0.2', delayMs: '0' }, 'lasts 0 ms'],
    [{ optoEpoch: 'earlyDelay', optoShare: '0.2', lateDelayShare: '1' }, 'lasts 0 ms'],
    [{ optoEpoch: 'lateDelay', optoShare: '0.2', lateDelayShare: '0.1', lightRampMs: '500' }, 'lightRampMs (500 ms)'],
    [{ lightMask: 'true' }, 'needs an epoch to mask'],
  ])('are refused where they contradict each other: %o', (settings, word) => {
    const error = refusal(settings as Record<string, string>);
    expect(error.code).toBe('conflict');
    expect(error.message).toContain(word);
  });

  it('are described in a table', () => {
    expect(describeParameters(delayedAssociation).find((row) => row.name === 'delayMs')).toMatchObject({
      unit: 'ms',
      bounds: '0 to 60000',
      default: '5000',
      source: 'Bellafard 2024',
    });
  });
});

describe('the nearest name', () => {
  it.each([
    ['delayMS', 'delayMs'],
    ['dealyMs', 'delayMs'],
    ['delay', null],
    ['rewardul', 'rewardUl'],
    ['', null],
  ])('to %s is %s', (typed, expected) => {
    expect(nearest(typed, ['delayMs', 'rewardUl', 'choiceMs'])).toBe(expected);
  });
});
