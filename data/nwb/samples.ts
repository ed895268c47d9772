/** What happens at instants: frames of the microscope, and drops of water. */
import { timeSeries } from './series.ts';
import type { Source } from './source.ts';
import type { Members } from './tree.ts';

/** /acquisition/frame_clock; without a microscope there is none. */
export function frameClock({ frames, imaging, events }: Source): Members {
  if (imaging === null) return {};
  const { nominalHz, leastPulseUs, alreadyRunning } = imaging;
  const running =
    alreadyRunning === true
      ? ' It ran before the rig was ready, so frame 0 is not the first image of the file: align by the last frame.'
      : '';
  return {
    frame_clock: timeSeries(
      'TimeSeries',
      {
        description: `Frames of the microscope, nominally ${nominalHz} a second: onset of each pulse on the frame clock line, numbered from 0 in the session. Pulses shorter than ${leastPulseUs} us are no frames.${running}`,
        comments: 'data: number of the frame; timestamps: its onset as the board stamped it.',
      },
      {
        seconds: frames.map(({ seq }) => events.seconds[seq]!),
        data: Int32Array.from(frames, ({ frame }) => frame),
        unit: 'n/a',
        continuity: 'instantaneous',
      },
    ),
  };
}

/** /stimulus/presentation/LINE_drops, of each water line. */
export function drops({ drops: all, events, session }: Source, kindOf: (line: string) => string): Members {
  return Object.fromEntries(
    session.lines.outputs
      .filter((line) => kindOf(line) === 'water')
      .map((line) => {
        const own = all.filter((drop) => drop.line === line);
        const series = timeSeries(
          'TimeSeries',
          {
            description: `Water commanded on line ${line}, at the opening of the valve: microlitres by how long it was open and its calibration or nominal flow. Free water between trials is in it. That it came, or was drunk, is not proved.`,
          },
          {
            seconds: own.map(({ seq }) => events.seconds[seq]!),
            data: Float64Array.from(own, ({ ul }) => ul),
            unit: 'microlitres',
            continuity: 'instantaneous',
          },
        );
        return [`${line}_drops`, series];
      }),
  );
}
