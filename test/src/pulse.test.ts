/** `rig pulse` on rigs whose clock or person does something while the line is open. */
import { Command } from 'commander';
import { NEVER, Subject } from 'rxjs';
import { expect, it } from 'vitest';
import type { Rig } from '#hardware/rig.ts';
import { addPulseCommand } from '#src/commands/pulse.ts';
import type { Io } from '#src/io.ts';
import { chooseRig } from '#src/rigs.ts';

/** Pulses a line of the emulated rig, changed in what `change` names. */
async function pulse(words: string, change: (rig: Rig, interrupt: () => void) => Partial<Rig>) {
  let text = '';
  let code = 0;
  const say = (more: string) => {
    text += more;
  };
  const interrupts = new Subject<void>();
  const io: Io = {
    out: say,
    err: say,
    tty: false,
    columns: 80,
    env: {},
    platform: 'linux',
    home: '/',
    cwd: '/',
    now: () => new Date(0),
    interrupts$: interrupts,
    keys$: NEVER,
  };
  const program = new Command().exitOverride();
  const exit = (wanted: number) => {
    code = wanted;
  };
  addPulseCommand(program, io, exit, (choice) => {
    const { file, rig } = chooseRig(choice);
    const changed = change(rig, () => interrupts.next());
    const get = (_: Rig, name: keyof Rig) => {
      const from = name in changed ? changed : rig;
      const value = from[name];
      return typeof value === 'function' ? value.bind(from) : value;
    };
    return { file, rig: new Proxy(rig, { get: (of, name) => get(of, name as keyof Rig) }) };
  });
  await program.parseAsync(['pulse', 'emulated', ...words.split(' ')], { from: 'user' });
  return { text, code };
}

it('calls no pulse cut short because the fit of the clock moved while it ran', async () => {
  let movedBy = 0;
  const { text, code } = await pulse('odourA 500', (rig) => ({
    get ticksPerMs() {
      return rig.ticksPerMs + movedBy;
    },
    pulse: async (line, us) => {
      await rig.pulse(line, us);
      movedBy = 1.3;
    },
  }));
  expect(text).toMatch(/odourA was commanded open for (500\.000|499\.999) ms by the board's clock, 500 asked\.\nThis/);
  expect(code).toBe(0);
});

it('ends at Ctrl-C with the line shut, and says so', async () => {
  const { text, code } = await pulse('odourA 10000', (rig, interrupt) => ({
    pulse: (line, us) => {
      setImmediate(interrupt);
      return rig.pulse(line, us);
    },
  }));
  expect(text).toContain('stopped as asked');
  expect(text).not.toContain("the rig's own limits");
  expect(code).toBe(130);
});
