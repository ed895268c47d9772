/** `rig emulate` as a stand-in for a board: by a name that stays, and without a mouse for `rig check`. */
import { existsSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { place } from './driver.ts';

const posix = it.skipIf(process.platform === 'win32');

posix('gives its port a name, over that of a board that is gone, and takes the name away at its end', async () => {
  const at = place();
  symlinkSync('/dev/no-such-port', at.file('board'));
  let linked = '';
  const { code, out } = await at.rig('emulate --link board --empty', {
    onOut: (text) => {
      if (!text.includes('Ctrl-C ends it.') || linked !== '') return;
      linked = readlinkSync(at.file('board'));
      at.interrupt();
    },
  });
  expect(out).toContain(`SIMULATED emulated board at ${linked}, without a mouse\n`);
  expect(out).toContain(`check emulated --port ${at.file('board')}\n`);
  expect(existsSync(at.file('board'))).toBe(false);
  expect(code).toBe(0);
});

posix('takes no name that a file has', async () => {
  const at = place();
  writeFileSync(at.file('board'), 'mine');
  const { code, err } = await at.rig('emulate --link board');
  expect(err).toContain('is there already, and is no link. Nothing was started.');
  expect(code).toBe(2);
});
