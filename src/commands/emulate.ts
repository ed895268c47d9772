/** `rig emulate`: an emulated board on a port of its own, for a session in another window to open. */
import type { Command } from 'commander';
import { firstValueFrom } from 'rxjs';
import { serveBoard } from '#hardware/emulator/serve.ts';
import { findRigFile } from '#hardware/rig-file.ts';
import { commandName, type Io, pathOf } from '../io.ts';
import { mouseFor } from '../rigs.ts';
import { UsageError } from '../usage-error.ts';

/** Printed before the port; a program that starts this one waits for it. */
export const SERVED = 'emulated board at ';

export function addEmulateCommand(program: Command, io: Io): void {
  program
    .command('emulate')
    .summary('serve an emulated board on a port')
    .description(
      'Emulates an Uno with the real firmware and a simulated mouse at its pins, at real time, on a pseudo-terminal that a session opens like any serial port. Ctrl-C ends it. Linux and macOS.',
    )
    .option('--rig <rig>', 'an emulated rig: shipped, or the path of its file', 'emulated')
    .option('--seed <n>', 'of the mouse', '1')
    .action(async (options: { rig: string; seed: string }) => {
      const seed = Number(options.seed);
      if (!/^\d+$/.test(options.seed) || seed >= 2 ** 32) {
        throw new UsageError(
          `--seed ${options.seed} is no whole number from 0 to ${2 ** 32 - 1}. Nothing was started.`,
        );
      }
      const file = findRigFile(/[/\\.]/.test(options.rig) ? pathOf(io, options.rig) : options.rig);
      if (file.kind !== 'emulated') {
        throw new UsageError(
          `${file.name} is a rig of kind ${file.kind}, not an emulated one. Nothing was started. Use --rig emulated, or the file of an emulated rig.`,
        );
      }
      const interrupted = firstValueFrom(io.interrupts$);
      const board = await serveBoard({ file, mouse: mouseFor(file, { seed }) });
      io.out(`SIMULATED ${SERVED}${board.path}\n`);
      io.out(`In another window: ${commandName(io)} run --subject M001 --rig ${options.rig} --port ${board.path}\n`);
      io.out('Ctrl-C ends it.\n');
      await interrupted;
      await board.close();
      io.out('The emulated board is gone.\n');
    });
}
