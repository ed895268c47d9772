/**
 * Writes what is derived from the declaration: the C header and the tables of docs/link.md.
 * With --check writes nothing and fails when a file is stale.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { EndReason, EventCode } from '#machines/vocabulary.ts';
import {
  commands,
  type Field,
  limits,
  lineFlags,
  linkVersion,
  type Message,
  reports,
  statuses,
  waveShapes,
} from './declaration.ts';
import { FIRMWARE_VERSION } from './firmware-version.ts';

const sizes = { u8: 1, u16: 2, u32: 4, bytes: 0 } as const;

function constantName(name: string): string {
  return name.replace(/([a-z])([A-Z])/g, '$1_$2').toUpperCase();
}

/** Fixed bytes of a message's fields; a trailing `bytes` field adds to them. */
function lengthOf(fields: readonly Field[]): number {
  return fields.reduce((sum, { type }) => sum + sizes[type], 0);
}

function encodedLength(bytes: number): number {
  return Math.ceil((bytes * 8) / 7) + 3;
}

function header(): string {
  const define = (name: string, value: number | string, comment = '') =>
    `#define ${name} ${value}${comment ? ` // ${comment}` : ''}`;
  const longestReply = Math.max(...commands.map(({ reply }) => lengthOf(reply ?? [])));
  return [
    '// Generated from hardware/link/declaration.ts by `npm run generate`. Do not edit.',
    '#ifndef LINK_GENERATED_H',
    '#define LINK_GENERATED_H',
    '',
    define('LINK_MAJOR', linkVersion.major),
    define('LINK_MINOR', linkVersion.minor),
    define('FIRMWARE_MAJOR', FIRMWARE_VERSION.major),
    define('FIRMWARE_MINOR', FIRMWARE_VERSION.minor),
    '',
    ...Object.entries(limits).map(([name, { value, reason }]) =>
      define(name, name === 'BAUD' ? `${value}UL` : value, reason),
    ),
    define('REPLY_ROOM', encodedLength(1 + 3 + longestReply + 2), 'bytes on the line that the longest reply takes'),
    '',
    ...commands.flatMap(({ name, type, fields, reply }) => [
      define(`COMMAND_${constantName(name)}`, type),
      define(`COMMAND_${constantName(name)}_LENGTH`, lengthOf(fields), 'fields, without token'),
      ...(reply ? [define(`COMMAND_${constantName(name)}_REPLY_LENGTH`, lengthOf(reply))] : []),
    ]),
    '',
    ...reports.map(({ name, type }) => define(`REPORT_${constantName(name)}`, type)),
    '',
    ...Object.entries(statuses).map(([name, { value, meaning }]) =>
      define(`STATUS_${constantName(name)}`, value, meaning),
    ),
    '',
    ...Object.entries(lineFlags).map(([name, { value, meaning }]) => define(name, value, meaning)),
    '',
    ...Object.entries(waveShapes).map(([name, value]) => define(`WAVE_${constantName(name)}`, value)),
    '',
    ...Object.entries(EventCode).map(([name, value]) => define(`EVENT_${constantName(name)}`, value)),
    '',
    ...Object.entries(EndReason).map(([name, value]) => define(`END_${constantName(name)}`, value)),
    '',
    '#endif',
    '',
  ].join('\n');
}

function fieldRows(fields: readonly Field[]): string[] {
  return fields.map(({ name, type, meaning }) => `| \`${name}\` | ${type} | ${meaning} |`);
}

function messageSection(message: Message): string[] {
  const { name, type, meaning, token, fields, reply } = message;
  const all: Field[] = [
    ...(token ? [{ name: 'token', type: 'u32', meaning: 'session token, as armed' } as const] : []),
    ...fields,
  ];
  return [
    `### \`${name}\` (0x${type.toString(16).padStart(2, '0')})`,
    '',
    `${meaning}.`,
    '',
    ...(all.length > 0 ? ['| field | type | meaning |', '| --- | --- | --- |', ...fieldRows(all), ''] : []),
    ...(reply ? ['Reply:', '', '| field | type | meaning |', '| --- | --- | --- |', ...fieldRows(reply), ''] : []),
  ];
}

function tables(): string {
  return [
    `Link version ${linkVersion.major}.${linkVersion.minor}, firmware ${FIRMWARE_VERSION.major}.${FIRMWARE_VERSION.minor}.`,
    '',
    '| limit | value | reason |',
    '| --- | --- | --- |',
    ...Object.entries(limits).map(([name, { value, reason }]) => `| ${name} | ${value} | ${reason} |`),
    '',
    '| status | value | meaning |',
    '| --- | --- | --- |',
    ...Object.entries(statuses).map(([name, { value, meaning }]) => `| ${name} | ${value} | ${meaning} |`),
    '',
    '| line flag | value | meaning |',
    '| --- | --- | --- |',
    ...Object.entries(lineFlags).map(([name, { value, meaning }]) => `| ${name} | ${value} | ${meaning} |`),
    '',
    '## From the host',
    '',
    ...commands.flatMap(messageSection),
    '## From the board',
    '',
    ...reports.flatMap(messageSection),
  ].join('\n');
}

const MARK = '<!-- generated from hardware/link/declaration.ts by `npm run generate`: do not edit below -->';

function generated(): Map<string, string> {
  const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
  const page = at('docs/link.md');
  const [prose] = readFileSync(page, 'utf8').split(MARK);
  return new Map([
    [at('hardware/firmware/rehearsal/link.generated.h'), header()],
    [page, `${prose}${MARK}\n\n${tables()}`],
  ]);
}

function contents(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

const stale = [...generated()].filter(([path, text]) => contents(path) !== text);
if (process.argv.includes('--check')) {
  for (const [path] of stale) console.error(`${path} is stale: run \`npm run generate\` and commit the result.`);
  process.exitCode = stale.length > 0 ? 1 : 0;
} else {
  for (const [path, text] of stale) writeFileSync(path, text);
}
