/**
 * The `rig` command: takes the command line apart, runs one command, turns whatever goes wrong into one message and an
 * exit code (0 done, 1 not done or not consistent, 2 mistyped, 130 ended by Ctrl-C).
 */
import { Command } from 'commander';
import { addAmendCommand } from './commands/amend.ts';
import { addCalibrateCommand } from './commands/calibrate.ts';
import { addCareCommand } from './commands/care.ts';
import { addCaseCommand } from './commands/case.ts';
import { addCertificateCommand } from './commands/certificate.ts';
import { addCheckCommand } from './commands/check.ts';
import { addDataCommand } from './commands/data.ts';
import { addDemoCommand } from './commands/demo.ts';
import { addEmulateCommand } from './commands/emulate.ts';
import { addExcludeCommand } from './commands/exclude.ts';
import { addExportCommand } from './commands/export.ts';
import { addFibreCommand } from './commands/fibre.ts';
import { addFirmwareCommand } from './commands/firmware.ts';
import { addLogCommand } from './commands/log.ts';
import { addMouseCommand } from './commands/mouse.ts';
import { addNightlyCommand } from './commands/nightly.ts';
import { addNoteCommand } from './commands/note.ts';
import { addOdorantCommand } from './commands/odorant.ts';
import { addOdourMapCommand } from './commands/odour-map.ts';
import { addPortsCommand } from './commands/ports.ts';
import { addPulseCommand } from './commands/pulse.ts';
import { addRestrictCommand } from './commands/restrict.ts';
import { addRunCommand } from './commands/run.ts';
import { addSessionCommand } from './commands/session.ts';
import { addSessionsCommand } from './commands/sessions.ts';
import { addSimulateCommand } from './commands/simulate.ts';
import { addStageCommand } from './commands/stage.ts';
import { addSubjectCommand } from './commands/subject.ts';
import { addSummaryCommand } from './commands/summary.ts';
import { addTasksCommand } from './commands/tasks.ts';
import { addTodayCommand } from './commands/today.ts';
import { addTrialsCommand } from './commands/trials.ts';
import { addVerifyCommand } from './commands/verify.ts';
import { addVialCommand } from './commands/vial.ts';
import { addWaterCommand } from './commands/water.ts';
import { addWeighCommand } from './commands/weigh.ts';
import { complain, ExitCode } from './complain.ts';
import type { Io } from './io.ts';
import { terminalIo } from './terminal.ts';
import { softwareVersion } from './version.ts';

/** `argv`: without the program's own name. Never throws; the exit code. */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  let code: number = ExitCode.ok;
  const exit = (wanted: number) => {
    code = wanted;
  };
  const program = new Command('rig')
    .description('Runs olfactory behaviour sessions on a rig, real, emulated or virtual, and looks at their record.')
    .version(softwareVersion)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.out(text),
      writeErr: (text) => io.err(text),
      outputError: (text, write) => write(text.replace(/^error: /, 'rig: ')),
      getOutHelpWidth: () => io.columns,
      getErrHelpWidth: () => io.columns,
    })
    .showHelpAfterError('Nothing was started. "--help" after the command says what it takes.');
  addRunCommand(program, io, exit);
  addSessionsCommand(program, io);
  addSessionCommand(program, io);
  addSummaryCommand(program, io);
  addTrialsCommand(program, io);
  addVerifyCommand(program, io, exit);
  addCertificateCommand(program, io, exit);
  addExportCommand(program, io, exit);
  addDataCommand(program, io, exit);
  addSimulateCommand(program, io, exit);
  addStageCommand(program, io);
  addTodayCommand(program, io, exit);
  addSubjectCommand(program, io);
  addRestrictCommand(program, io);
  addWeighCommand(program, io);
  addWaterCommand(program, io);
  addCaseCommand(program, io);
  addAmendCommand(program, io);
  addExcludeCommand(program, io);
  addNightlyCommand(program, io);
  addNoteCommand(program, io);
  addFibreCommand(program, io);
  addMouseCommand(program, io);
  addLogCommand(program, io);
  addCalibrateCommand(program, io, exit);
  addCareCommand(program, io, exit);
  addOdorantCommand(program, io);
  addVialCommand(program, io);
  addOdourMapCommand(program, io);
  addTasksCommand(program, io);
  addEmulateCommand(program, io);
  addCheckCommand(program, io, exit);
  addPulseCommand(program, io, exit);
  addPortsCommand(program, io);
  addFirmwareCommand(program, io);
  addDemoCommand(program, io, exit);
  try {
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    code = complain(error, io);
  }
  return code;
}

/** As called by launch.mjs. Leaves by itself once all is closed: leaving at once would cut off what is being printed. */
export async function runFromTerminal(): Promise<void> {
  process.exitCode = await main(process.argv.slice(2), terminalIo());
}
