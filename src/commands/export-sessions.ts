/** `rig export` in a format that holds one session a file: one file, or with --all one a session, in a folder. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type { ExportHead, SessionFormat } from '#data/export/formats.ts';
import type { Selected, Selection } from '#data/export/trials-wide.ts';
import { expectFree, Stopped, type Target, wholeFile } from '#data/export/whole-file.ts';
import { sessionFileName } from '#data/nwb/file-name.ts';
import { openRecord } from '#data/open.ts';
import { readSession } from '#data/reads.ts';
import type { Io } from '../io.ts';
import { readingFrom } from '../record-option.ts';
import { UsageError } from '../usage-error.ts';

export interface SessionFile {
  readonly session: number;
  readonly target: Target;
}

/** Which files will be written; `target`: what --out names. All of them are free. @throws UsageError, RecordError */
export function sessionFiles(
  format: string,
  selection: Selection,
  { sessions, open }: Selected,
  target: Target | null,
  io: Io,
): SessionFile[] {
  const rule = `As ${format} one session is written into one file`;
  if (target === null) {
    throw new UsageError(
      `${rule}. Nothing was written. Give its number and --out FILE, or --all and --out with a folder.`,
    );
  }
  const files =
    selection.session === null
      ? filesInFolder(format, rule, sessions, open, target)
      : [{ session: selection.session, target }];
  for (const file of files) expectFree(file.target);
  if (selection.session === null) {
    for (const session of open) io.err(`Left out: Session ${session} is still open. Export it when it has ended.\n`);
  }
  return files;
}

function filesInFolder(
  format: string,
  rule: string,
  sessions: readonly number[],
  open: readonly number[],
  { path: folder, record, replace }: Target,
): SessionFile[] {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new UsageError(
      `${rule}, so that with --all --out is a folder, and there is none at ${folder}. Nothing was written. Make it, or check the spelling.`,
    );
  }
  return readingFrom(record, (db) =>
    sessions
      .filter((session) => !open.includes(session))
      .map((session) => {
        const name = sessionFileName(readSession(db, session)!.subject, session, format);
        return { session, target: { path: join(folder, name), record, replace } };
      }),
  );
}

export interface SessionsJob {
  readonly format: SessionFormat;
  readonly files: readonly SessionFile[];
  readonly about: Pick<ExportHead, 'software' | 'madeAt'>;
  readonly io: Io;
  stopped(): boolean;
  /** One more file is whole. */
  written(): void;
}

/** @throws Stopped, between two files; RecordError */
export async function writeSessions({ format, files, about, io, stopped, written }: SessionsJob): Promise<void> {
  for (const [index, { session, target }] of files.entries()) {
    const db = openRecord(target.record, { mode: 'read' });
    try {
      await wholeFile(target, async (temporary) => format(db, session, temporary, about));
    } finally {
      db.close();
    }
    written();
    if (io.tty && files.length > 1) io.out(`\r\u001b[2K${index + 1} of ${files.length} sessions`);
    await turn();
    if (stopped() && index + 1 < files.length) throw new Stopped();
  }
  if (io.tty && files.length > 1) io.out('\r\u001b[2K');
}
