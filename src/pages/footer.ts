/** Under every page: what its measures mean, what they do not prove, and where they come from. */
import { type Html, html } from './html.ts';

export interface Made {
  /** YYYY-MM-DD. */
  readonly day: string;
  /** Of the record. */
  readonly path: string;
  /** ISO 8601 with offset. */
  readonly now: string;
  readonly software: string;
}

export function nightFooter({ day, path, now, software }: Made): Html {
  return html`<p>${definitions}</p>
<p>Up to ${day}, from ${path}; stages, restrictions and cases as they stood when this was made: ${now.slice(0, 16).replace('T', ' ')}, Rehearsal ${software}. The same numbers, unrounded: sessions, pairs, light, subjects, rigs and alarms, each as .csv and .json beside this page.</p>`;
}

export const definitions =
  'Main figures are of engaged control trials: scored (not aborted, assisted, corrections, probes, blanks or excluded), without opto light, up to the trial after which the animal stopped. Balanced accuracy: mean of the correct rates of pairs that ask for a lick and of those that do not. d\u2032 with the log-linear correction. Brackets: 95 % intervals. Fell or rose: by ten points or more against the median of up to five sessions before in the same stage, that median outside the day\u2019s interval. Outcomes, water and odours are what was commanded and sensed; they prove neither odour nor flow.';
