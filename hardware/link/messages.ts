/** Payloads to and from named fields, as the declaration lays them out. */
import { commands, type Field, type Message, reports, statuses } from './declaration.ts';

export type FieldValues = Readonly<Record<string, number | Uint8Array>>;

const widths = { u8: 1, u16: 2, u32: 4 } as const;

function named(list: readonly Message[], name: string): Message {
  const message = list.find((each) => each.name === name);
  if (message === undefined) throw new Error(`The link has no message "${name}".`);
  return message;
}

function write(fields: readonly Field[], values: FieldValues, bytes: number[]): void {
  for (const { name, type } of fields) {
    const value = values[name];
    if (type === 'bytes') {
      if (!(value instanceof Uint8Array)) throw new Error(`The field "${name}" takes bytes.`);
      bytes.push(...value);
    } else {
      if (typeof value !== 'number') throw new Error(`The field "${name}" takes a number.`);
      for (let byte = 0; byte < widths[type]; byte++) bytes.push(Math.floor(value / 2 ** (8 * byte)) & 0xff);
    }
  }
}

function read(fields: readonly Field[], bytes: Uint8Array, start: number): Record<string, number | Uint8Array> | null {
  const values: Record<string, number | Uint8Array> = {};
  let at = start;
  for (const { name, type } of fields) {
    if (type === 'bytes') {
      values[name] = bytes.slice(at);
      return values;
    }
    const width = widths[type];
    if (at + width > bytes.length) return null;
    let value = 0;
    for (let byte = 0; byte < width; byte++) value += bytes[at + byte]! * 2 ** (8 * byte);
    values[name] = value;
    at += width;
  }
  return values;
}

/** A command's type byte. */
export function commandType(name: string): number {
  return named(commands, name).type;
}

/** `token` is only used by commands that carry one. */
export function encodeCommand(name: string, id: number, token: number, values: FieldValues): Uint8Array {
  const message = named(commands, name);
  const bytes = [message.type, id];
  if (message.token) write([{ name: 'token', type: 'u32', meaning: '' }], { token }, bytes);
  write(message.fields, values, bytes);
  return Uint8Array.from(bytes);
}

/** The reply's fields by name; empty where the command has none. Null: too short. */
export function decodeReply(name: string, body: Uint8Array): Record<string, number> | null {
  return read(named(commands, name).reply ?? [], body, 0) as Record<string, number> | null;
}

export interface Report {
  readonly name: string;
  readonly values: Record<string, number | Uint8Array>;
}

/** Null: no such report, or too short. */
export function decodeReport(payload: Uint8Array): Report | null {
  const message = reports.find(({ type }) => type === payload[0]);
  const values = message && read(message.fields, payload, 1);
  return message && values ? { name: message.name, values } : null;
}

export function statusMeaning(status: number): string {
  return Object.values(statuses).find(({ value }) => value === status)?.meaning ?? `unknown status ${status}`;
}
