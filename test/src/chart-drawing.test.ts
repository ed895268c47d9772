import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type OutlineState, outlineOf } from '#machines/chart-outline.ts';
import { twoOdourTrial } from '#machines/two-odour-trial.ts';
import { tasks } from '#protocols/registry.ts';
import { chartSvg, chartText } from '#src/chart-drawing.ts';
import { place } from './driver.ts';

const all = (state: OutlineState): OutlineState[] => [state, ...state.states.flatMap(all)];
const charts = new Map(tasks.map((task) => [task.chart.id, { ...task, id: task.chart.id }]));

describe('the outline of the two-odour trial', () => {
  const states = all(outlineOf(twoOdourTrial));
  const of = (path: string) => states.find((state) => state.path === path)!;

  it('has every state once, with its kind and its epoch', () => {
    expect(new Set(states.map(({ path }) => path)).size).toBe(states.length);
    expect(states).toHaveLength(23);
    expect(of('running').kind).toBe('parallel');
    expect(of('running.epoch.delay')).toMatchObject({ kind: 'compound', initial: 'early', epoch: null });
    expect(of('running.epoch.delay.late')).toMatchObject({ kind: 'atomic', epoch: 'lateDelay' });
    expect(of('over').kind).toBe('final');
  });

  it('folds the lick lines into one way, and leaves out what light does', () => {
    expect(of('running.water.armed').ways).toEqual([
      { on: 'choice.closes', guard: 'freeOnMiss', to: 'running.water.free', actions: [] },
      { on: 'choice.closes', guard: null, to: 'running.water.done', actions: [] },
      { on: 'a lick', guard: 'completesAnswer', to: 'running.water.answered', actions: ['answer'] },
      { on: 'a lick', guard: 'counts', to: null, actions: ['count'] },
    ]);
    expect(of('running.epoch').ways).toEqual([]);
    expect(of('running.epoch.odour2').ways).toEqual([
      { on: 'a lick', guard: 'abortsOnEarlyLick', to: 'timeout', actions: [] },
      { on: 'after odour2Ms', guard: null, to: 'running.epoch.choice', actions: [] },
    ]);
  });
});

describe.each([...charts.values()])('the chart of $name', ({ chart, title }) => {
  it('reads as text with its durations, and nothing is undefined', () => {
    const text = chartText(chart, { choiceMs: 3000 });
    expect(text).toContain('after choiceMs (3000 ms) > ');
    expect(text).not.toMatch(/undefined|null|NaN/);
  });

  it('is drawn: every state that is no frame in a box, frames around the others', async () => {
    const svg = (await chartSvg(chart, title, { choiceMs: 3000 })).replaceAll('&#45;', '-');
    expect(svg).toContain(title);
    expect(svg).toContain('3000 ms');
    expect(svg).not.toMatch(/undefined|NaN/);
    for (const { path, states } of all(outlineOf(chart)).slice(1)) {
      expect(svg).toContain(`<title>${states.length > 0 ? `cluster ${path}` : path}</title>`);
    }
  });
});

describe('rig tasks', () => {
  it('tells of a task its prose, parameters, stages and chart', async () => {
    const { rig } = place();
    const { out, code } = await rig('tasks delayed-association');
    expect(code).toBe(0);
    for (const part of [
      'A thirsty',
      'delayMs',
      'Stages of training',
      '5. expert',
      'of 3 sessions in a row',
      'after baselineMs (5000 ms)',
    ]) {
      expect(out).toContain(part);
    }
    expect((await rig('tasks single-odour')).out).toContain('It is not trained in stages.');
  });

  it('draws a chart into a file, and says where; without a task or a folder it says what to do', async () => {
    const { rig, file } = place();
    expect((await rig('tasks go-pairs --svg chart.svg')).out).toContain('chart.svg');
    expect(readFileSync(file('chart.svg'), 'utf8')).toContain('<svg');
    expect(await rig('tasks --svg other.svg')).toMatchObject({
      code: 2,
      err: expect.stringContaining('Name the task'),
    });
    expect(existsSync(file('other.svg'))).toBe(false);
    expect(await rig('tasks go-pairs --svg nowhere/chart.svg')).toMatchObject({
      code: 2,
      err: expect.stringContaining('Name another file'),
    });
  });
});
