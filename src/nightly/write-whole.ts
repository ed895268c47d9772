/** A file under another name first: it is whole, or it is the one of the night before. */
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export function writeWhole(folder: string, name: string, content: string | Uint8Array): void {
  const part = join(folder, `.${name}.part`);
  writeFileSync(part, content);
  renameSync(part, join(folder, name));
}
