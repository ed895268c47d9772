/** `rig emulate`: an emulated board on a port of its own, for a session in another window to open. */
import { lstatSync, rmSync, symlinkSync } from 'node:fs';
import type { Command } from 'commander';
import { firstValueFrom } from 'rxjs';
import { serveBoard } from '#hardware/emulator/serve.ts';
import { withMicroscope } from '#hardware/frame-source.ts';
import { trainedMouse } from '#hardware/mouse/learning-mouse.ts';
import { findRigFile } from '#hardware/rig-file.ts';
import { commandName, type Io, pathOf } from '../io.ts';
import { mouseFor } from '../rigs.ts';
import { UsageError } from '../usage-error.ts';

/** Printed before the port; a program that starts this one waits for it. */
export const SERVED = 'emulated board at ';

interface EmulateOptions {
  readonly rig: string;
  readonly seed: string;
  readonly skill: string;
  readonly clockPpm: string;
  readonly clockDrift: string;
  readonly resetOnOpen: boolean;
  readonly empty: boolean;
  readonly link?: string;
  readonly bootloaderMs: string;
}

function numberOf(option: string, text: string, least: number, most: number): number {
  const number = Number(text);
  if (/^-?\d+$/.test(text) && number >= least && number <= most) return number;
  throw new UsageError(`${option} ${text} is no whole number from ${least} to ${most}. Nothing was started.`);
}

export function addEmulateCommand(program: Command, io: Io): void {
  program
    .command('emulate')
    .summary('serve an emulated board on a port')
    .description(
      'Emulates an Uno with the real firmware and a simulated mouse at its pins, at real time, on a pseudo-terminal that a session opens like any serial port. Ctrl-C ends it. Linux and macOS.',
    )
    .option('--rig <rig>', 'an emulated rig: shipped, or the path of its file', 'emulated')
    .option('--seed <n>', 'of the mouse', '1')
    .option(
      '--clock-ppm <n>',
      "how fast the board's clock runs, in parts per million; a real Uno's is within 5000",
      '0',
    )
    .option('--empty', 'no mouse at the pins, as "rig check" wants a rig', false)
    .option('--link <path>', 'also reach the port by this name: start it again, and a session finds it there')
    .option('--clock-drift <n>', 'by how much that grows in a minute, in ppm', '0')
    .option('--skill <n>', 'of the simulated mouse: 0 naive to 1 expert', '1')
    .option('--reset-on-open', 'opening the port resets the board, as on a real Uno (Linux)', false)
    .option('--bootloader-ms <n>', 'how long the boot loader sits after such a reset', '0')
    .action(async (options: EmulateOptions) => {
      const seed = numberOf('--seed', options.seed, 0, 2 ** 32 - 1);
      const clock = {
        ppm: numberOf('--clock-ppm', options.clockPpm, -20_000, 20_000),
        driftPpmPerMin: numberOf('--clock-drift', options.clockDrift, -500, 500),
      };
      const bootloaderMs = numberOf('--bootloader-ms', options.bootloaderMs, 0, 10_000);
      const file = findRigFile(/[/\\.]/.test(options.rig) ? pathOf(io, options.rig) : options.rig);
      if (file.kind !== 'emulated') {
        throw new UsageError(
          `${file.name} is a rig of kind ${file.kind}, not an emulated one. Nothing was started. Use --rig emulated, or the file of an emulated rig.`,
        );
      }
      const interrupted = firstValueFrom(io.interrupts$);
      const { resetOnOpen, empty } = options;
      const skill = numberOf('--skill', options.skill, 0, 1);
      const mouse = empty
        ? withMicroscope(null, file)
        : withMicroscope(mouseFor(file, { seed, mouse: trainedMouse(skill) }), file);
      const board = await serveBoard({ file, mouse, clock, resetOnOpen, bootloaderMs });
      const link = options.link === undefined ? null : pathOf(io, options.link);
      if (link !== null) {
        try {
          pointTo(board.path, link);
        } catch (error) {
          await board.close();
          throw error;
        }
      }
      const on = `--port ${link ?? board.path}`;
      io.out(`SIMULATED ${SERVED}${board.path}${empty ? ', without a mouse' : ''}\n`);
      io.out(
        empty
          ? `In another window: ${commandName(io)} check ${options.rig} ${on}\n`
          : `In another window: ${commandName(io)} run --subject M001 --rig ${options.rig} ${on}\n`,
      );
      io.out('Ctrl-C ends it.\n');
      await interrupted;
      await board.close();
      if (link !== null) rmSync(link, { force: true });
      io.out('The emulated board is gone.\n');
    });
}

/** A name that stays while the port's changes. @throws UsageError for a name that something else has. */
function pointTo(port: string, link: string): void {
  const there = lstatSync(link, { throwIfNoEntry: false });
  if (there !== undefined && !there.isSymbolicLink()) {
    throw new UsageError(`${link} is there already, and is no link. Nothing was started. Give --link another path.`);
  }
  try {
    rmSync(link, { force: true });
    symlinkSync(port, link);
  } catch (error) {
    throw new UsageError(
      `${link} cannot be made (${(error as Error).message}). Nothing was started. Give --link another path.`,
    );
  }
}
