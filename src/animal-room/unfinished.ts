/** Sessions of an animal that nobody closed: one that runs now is left alone, one whose process died is closed, so that its water counts. */
import { existsSync } from 'node:fs';
import { animalNamed } from '#data/animal-room/animals.ts';
import type { Place } from '#data/place.ts';
import { type OpenSession, openSessionsOf } from '#data/reads.ts';
import { RecordError } from '#data/record-error.ts';
import { openWriter } from '#data/writer.ts';
import { readingFrom } from '../record-option.ts';
import { UsageError } from '../usage-error.ts';

/** @throws UsageError when one of them runs now */
export async function closeUnfinished({ path }: Place, name: string): Promise<void> {
  if (!existsSync(path)) return;
  const open = readingFrom(path, (db) => {
    const animal = animalNamed(db, name);
    return animal === null ? [] : openSessionsOf(db, animal.id);
  });
  for (const session of open) await close(path, name, session);
}

async function close(path: string, name: string, { session, rigName, simulated }: OpenSession): Promise<void> {
  const writer = openWriter(path);
  try {
    await writer.takeLease({ rigName, simulated });
  } catch (error) {
    if (!(error instanceof RecordError) || error.code !== 'leased') throw error;
    throw new UsageError(
      `${name} is in session ${session} on the rig ${rigName} now. No other was started: what it gets there is not counted yet. End that session first. If it runs in no window, its program died moments ago: try again in half a minute.`,
    );
  } finally {
    await writer.close();
  }
}
