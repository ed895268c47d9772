/** Opto light across the animals of a part, as a figure and in numbers. */
import { lightEffectFigure } from '../figures/light-effect.ts';
import type { GroupEffect } from '../summaries/group-effects.ts';
import { spanWords } from '../table.ts';
import { type Html, html } from './html.ts';
import { figure } from './parts.ts';
import { pointsOf } from './words.ts';

export function effectSection(effects: readonly GroupEffect[], simulated: boolean): Html | null {
  if (effects.length === 0) return null;
  const groups = [...new Set(effects.map(({ group }) => group))];
  return html`<h2>Opto light <small>correct under light less correct of control trials, pair by pair, in percentage points</small></h2>
<div class="pair">${groups.map((group) => {
    const own = effects.filter((effect) => effect.group === group);
    return html`<div>${figure(lightEffectFigure(own, { width: 500, simulated }), group, 'A dot an animal; line: mean, 95 % interval by resampling animals.')}
<table><thead><tr><th>epoch<th class="n">points<th class="n">95 % interval<th class="n">animals</tr></thead><tbody>${own.map(effectRow)}</tbody></table></div>`;
  })}</div>`;
}

function effectRow(effect: GroupEffect): Html {
  const { mean, interval, values, sham } = effect;
  return html`<tr><td>${spanWords(effect)}${sham ? ' (sham)' : ''}<td class="n">${pointsOf(mean)}<td class="n">${interval === null ? 'too few animals' : `${pointsOf(interval.low)} to ${pointsOf(interval.high)}`}<td class="n">${values.length}</tr>`;
}
