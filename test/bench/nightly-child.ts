/** One piece of a night's work in a process of its own, so that its memory is its own: `rebuild` or `make`, then the record. */
import { rebuildRollups } from '#data/rollups/refresh.ts';
import { makeNight } from '#src/nightly/make.ts';

const [what, path, day, folder] = process.argv.slice(2) as [string, string, string, string];
const began = performance.now();
if (what === 'rebuild') rebuildRollups(path);
else await makeNight({ path, day, folder, allPictures: false, now: `${day}T23:00:00.000+00:00`, software: 'bench' });
console.log(
  JSON.stringify({ seconds: (performance.now() - began) / 1000, memoryMb: process.resourceUsage().maxRSS / 1024 }),
);
