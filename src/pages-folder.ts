/** Where a record's pages lie when nobody says: in a folder beside it that bears its name, so that two records never mix. */
import { basename, dirname, extname, join } from 'node:path';

/** `/lab/rehearsal.sqlite` has its pages in `/lab/rehearsal-pages`. */
export function pagesFolder(recordPath: string): string {
  return join(dirname(recordPath), `${basename(recordPath, extname(recordPath))}-pages`);
}
