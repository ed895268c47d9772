import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openRecord, type RecordDatabase } from '#data/open.ts';
import { newPath } from './driver.ts';

const page = fileURLToPath(new URL('../../docs/data.md', import.meta.url));
const MARK = '## Tables\n';

/** The comment behind each column and behind the opening line, as SQLite keeps them with the schema. */
function commentsOf(type: string, sql: string): { about: string; columns: Map<string, string> } {
  const [first = '', ...lines] = sql.split('\n');
  const columns = lines.flatMap((line) => {
    const found = (type === 'table' ? /^\s+(\w+) .*?-- (.+)$/ : /(\w+),? -- (.+)$/).exec(line);
    return found ? [[found[1]!, found[2]!] as const] : [];
  });
  return { about: first.split('-- ')[1] ?? '', columns: new Map(columns) };
}

function schemaOf(db: RecordDatabase) {
  return db
    .prepare<[], { type: string; name: string; sql: string }>(
      "SELECT type, name, sql FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite%' ORDER BY rowid",
    )
    .all()
    .map(({ type, name, sql }) => ({
      type,
      name,
      columns: db
        .prepare<[string], { name: string; type: string }>('SELECT name, type FROM pragma_table_info(?)')
        .all(name),
      comments: commentsOf(type, sql),
    }));
}

describe('13. the data page', () => {
  const schema = () => {
    const db = openRecord(newPath(), { mode: 'write' });
    const found = schemaOf(db);
    db.close();
    return found;
  };

  it('every table and view says what it is, and every column of a table what it means', () => {
    for (const { type, name, columns, comments } of schema()) {
      expect(comments.about, name).not.toBe('');
      if (type === 'table' || comments.columns.size > 0)
        expect([...comments.columns.keys()], name).toEqual(columns.map((column) => column.name));
    }
  });

  it('docs/data.md tells the schema as it is (after a change: npx vitest run test/data --update)', async () => {
    const prose = readFileSync(page, 'utf8').split(MARK)[0]!;
    const tables = schema().map(({ type, name, columns, comments }) => {
      const head = `### ${name}${type === 'view' ? ' (view)' : ''}\n\n${comments.about}\n`;
      if (comments.columns.size === 0) {
        return `${head}\nColumns: ${columns.map((column) => `\`${column.name}\``).join(', ')}.\n`;
      }
      const rows = columns.map(
        (column) => `| ${column.name} | ${column.type} | ${comments.columns.get(column.name)} |\n`,
      );
      return `${head}\n| column | type | meaning |\n| --- | --- | --- |\n${rows.join('')}`;
    });
    await expect(`${prose}${MARK}\n${tables.join('\n')}`).toMatchFileSnapshot(page);
  });
});
