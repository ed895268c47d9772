/**
 * What a plan promises of its trial, in terms of the rig's lines: what the path proof (machines/path-proof.ts) holds every
 * chart to. Written from the plan alone, so that a wrong chart cannot vouch for itself.
 */
import type { TrialExpectation } from '#machines/path-proof.ts';
import type { TrialPlan } from '#machines/trial-plan.ts';
import { epochs, odourLine, spoutLines } from '#machines/vocabulary.ts';

const odourLines = (['A', 'B', 'C', 'D'] as const).map(odourLine);

/** `drinksAfterDrop`: the time to drink begins when the drop has flowed, and not with the end of the choice period. */
export function expectationOf(plan: TrialPlan, { drinksAfterDrop = false } = {}): TrialExpectation {
  const { durations: lasts, rewarded, light } = plan;
  const epochsMs = epochs.reduce((sum, epoch) => sum + lasts[`${epoch}Ms`], 0);
  const untilChoiceMs = epochsMs - lasts.choiceMs - lasts.consumptionMs;
  const dropMs = lasts.rewardDelayMs + lasts.waterMs;
  return {
    longestMs: Math.max(
      epochsMs + (drinksAfterDrop ? dropMs : 0),
      untilChoiceMs + lasts.timeoutMs,
      rewarded === null ? 0 : untilChoiceMs + lasts.choiceMs + dropMs,
    ),
    exclusive: [odourLines],
    water:
      rewarded === null
        ? null
        : {
            line: spoutLines[rewarded].water,
            lick: `${spoutLines[rewarded].lick}.on`,
            free: plan.freeOnMiss,
            longestMs: lasts.waterMs,
          },
    light: light && {
      from: light.from,
      to: light.to,
      lines: lightLimits(plan),
    },
  };
}

function lightLimits({ light, durations }: TrialPlan): Partial<Record<'opto' | 'maskingLight', number>> {
  if (light === null) return {};
  const [first, last] = [epochs.indexOf(light.from), epochs.indexOf(light.to)];
  const spanMs = epochs.slice(first, last + 1).reduce((sum, epoch) => sum + durations[`${epoch}Ms`], 0);
  const rampMs = light.ramp === 'inside' ? (durations.lightRampMs ?? 0) : 0;
  return { ...(light.on ? { opto: spanMs - rampMs } : {}), ...(light.mask ? { maskingLight: spanMs } : {}) };
}
