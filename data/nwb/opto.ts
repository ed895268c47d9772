/**
 * Opto light: where it pointed, when it was on, and its power where it was calibrated. What is not in the record is not made
 * up: wavelength and light source are unknown, and a light without calibration has no series in watts.
 */
import type { LightRow } from '../rows.ts';
import { optoEpochs } from './opto-epochs.ts';
import type { Site } from './reads.ts';
import { timeSeries } from './series.ts';
import type { Source } from './source.ts';
import { type Group, link, type Members, object, one, text } from './tree.ts';

/** A trial in which the light came on or, of one with the masking flash alone, the flash. */
export interface LitTrial {
  readonly trial: number;
  readonly light: LightRow;
  /** Name of its site in the file; null: masking flash alone. */
  readonly site: string | null;
  readonly fromS: number;
  readonly toS: number;
}

export interface Opto {
  readonly devices: Members;
  /** /general/optogenetics */
  readonly sites: Members;
  /** /stimulus/presentation */
  readonly series: Members;
  /** /intervals/opto_epochs; null: no trial had any light. */
  readonly epochs: Group | null;
}

const DEVICE = 'opto_light_source';

export function optoOf(source: Source): Opto {
  const lit = litTrials(source);
  const sites = new Map(
    lit.flatMap(({ trial, site }) => (site === null ? [] : [[site, source.sites.get(trial) ?? null] as const])),
  );
  return {
    devices: sites.size === 0 ? {} : { [DEVICE]: deviceOf(source) },
    sites: Object.fromEntries([...sites].map(([name, site]) => [name, siteOf(site)])),
    series: Object.fromEntries([...sites.keys()].flatMap((name) => powerSeries(name, lit))),
    epochs: lit.length === 0 ? null : optoEpochs(lit, source.session.simulated),
  };
}

function litTrials({ trials, sites, edges, events }: Source): LitTrial[] {
  return trials.flatMap(({ trial, light, firstSeq, lastSeq }) => {
    if (light === null) return [];
    const line = light.sham === 'maskOnly' ? 'mask' : 'opto';
    const within = [...edges.outputs]
      .filter(([name]) => name.startsWith(line))
      .flatMap(([, each]) => each.filter(({ seq }) => firstSeq <= seq && seq <= lastSeq))
      .sort((one, other) => one.seq - other.seq);
    const from = within.find(({ on }) => on);
    if (from === undefined) return [];
    const toS = within.findLast(({ on, seq }) => !on && seq > from.seq)?.seconds ?? events.seconds[lastSeq]!;
    const site = light.sham === 'maskOnly' ? null : siteName(sites.get(trial) ?? null);
    return [{ trial, light, site, fromS: from.seconds, toS }];
  });
}

function siteName(site: Site | null): string {
  return site === null ? 'site_unknown' : `site_${site.id}`;
}

function siteOf(site: Site | null): Group {
  const area =
    site === null ? 'unknown' : `${site.area}, ${site.hemisphere === 'both' ? 'both sides' : site.hemisphere}`;
  const about =
    site === null
      ? 'No fibre of this animal is entered in the record for this light.'
      : `Fibre ${site.fibre}, implanted on ${site.implantedOn}; ${
          site.transmissionFraction === null
            ? 'its transmission was not measured.'
            : `${site.transmissionFraction} of the light leaves its tip, measured before implanting.`
        }`;
  return object(
    'OptogeneticStimulusSite',
    {},
    {
      description: text(`${about} excitation_lambda is NaN: the wavelength is not in the record.`),
      excitation_lambda: one(Float32Array.of(Number.NaN)),
      location: text(area),
      device: link(`/general/devices/${DEVICE}`),
    },
  );
}

function deviceOf({ session }: Source): Group {
  const lines = session.lines.outputs.filter((name) => name.startsWith('opto')).join(', ');
  return object('Device', {
    description: `Light source on output line ${lines} of the rig ${session.rig}. Maker, model and wavelength are not in the record.`,
  });
}

function powerSeries(name: string, lit: readonly LitTrial[]): [string, Group][] {
  // A sham's light does not reach the brain.
  const powered = lit.filter(({ light, site }) => light.powerMw !== null && light.sham === null && site === name);
  if (powered.length === 0) return [];
  const series = timeSeries(
    'OptogeneticSeries',
    {
      description:
        "Peak power at the fibre tip by the calibration of the light, from the instant at which the line was commanded on to the one at which it was commanded off. Only trials with real, calibrated light are in it; for shams and light without a calibration see intervals/opto_epochs and the line's own series.",
      comments:
        'Two samples a trial, the power and 0; in between it holds. Waveform and ramp down are not drawn into it: intervals/opto_epochs has them.',
    },
    {
      seconds: powered.flatMap(({ fromS, toS }) => [fromS, toS]),
      data: Float64Array.from(powered.flatMap(({ light }) => [light.powerMw! / 1000, 0])),
      unit: 'watts',
      continuity: 'step',
    },
    { site: link(`/general/optogenetics/${name}`) },
  );
  return [[`opto_power_${name}`, series]];
}
