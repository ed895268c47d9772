/**
 * A task's parameters between people and code: settings typed as text become checked values, and the same schema prints
 * as a table. A value that is refused is refused before anything starts, with what to type instead.
 */
import { z } from 'zod';
import { nearest } from './nearest.ts';
import type { Task } from './task.ts';

/** What a person must know of a parameter besides its bounds and default; each parameter of a task registers it. */
interface ParameterFacts {
  /** `ms`, `ul`, ... or `none`. */
  readonly unit: string;
  /** Where the default comes from; begins with `open` where the literature does not say. */
  readonly source: string;
  readonly description: string;
}

/** Between the items of a list, and for a list without any. */
const LIST_MARK = '+';
const NO_ITEM = 'none';

export const parameterFacts = z.registry<ParameterFacts>();

export interface ParameterRow extends ParameterFacts {
  readonly name: string;
  /** `0 to 30000`, or the choices, separated by commas. */
  readonly bounds: string;
  readonly default: string;
}

/** `unknown`: no such parameter. `unreadable`: not a value of its kind. `conflict`: allowed alone, not together. */
type ParameterErrorCode = 'unknown' | 'unreadable' | 'outOfBounds' | 'conflict';

export class ParameterError extends Error {
  readonly code: ParameterErrorCode;

  constructor(code: ParameterErrorCode, message: string) {
    super(`${message} Nothing was started; animal and record are as before.`);
    this.name = 'ParameterError';
    this.code = code;
  }
}

/** A parameter's value as it is typed: `5000`, `true`, `earlyDelay+lateDelay`, `none` for an empty list. */
export function valueText(value: unknown): string {
  return Array.isArray(value) ? value.join(LIST_MARK) || NO_ITEM : String(value);
}

/**
 * The same parameters with other defaults, each with its own source: what a task changes in what it shares with others.
 * Throws a TypeError for a name that is not among them.
 */
export function withDefaults<Shape extends z.ZodRawShape>(
  shape: Shape,
  changes: { readonly [Name in keyof Shape]?: readonly [value: unknown, source: string] },
): Shape {
  const changed = { ...shape } as Record<string, unknown>;
  for (const [name, [value, source]] of Object.entries(changes as Record<string, readonly [unknown, string]>)) {
    const schema: unknown = shape[name];
    if (!(schema instanceof z.ZodDefault)) throw new TypeError(`There is no parameter ${name} to give a default.`);
    const facts = factsOf(name, schema);
    const kind = schema.unwrap() as z.ZodType;
    changed[name] = kind.default(value).register(parameterFacts, { ...facts, source });
  }
  return changed as Shape;
}

/** One row a parameter, in the order of the task's file. */
export function describeParameters(task: Pick<Task, 'parameters'>): ParameterRow[] {
  return Object.entries(task.parameters.shape).map(([name, schema]) => {
    const { unit, source, description } = factsOf(name, schema);
    const { kind, fallback } = unwrapped(name, schema);
    return { name, unit, bounds: boundsOf(kind), default: valueText(fallback), source, description };
  });
}

/**
 * Checked parameters from text, e.g. `{ delayMs: '3000' }`; what is not named takes its default.
 * Throws a ParameterError for an unknown name, a value that is not of its kind, one out of its bounds, or a conflict.
 */
export function parseParameters<Shape extends z.ZodRawShape>(
  task: Pick<Task<Shape>, 'name' | 'parameters'>,
  settings: Readonly<Record<string, string>>,
): z.output<z.ZodObject<Shape>> {
  const shape: z.ZodRawShape = task.parameters.shape;
  const values = Object.fromEntries(
    Object.entries(settings).map(([name, text]) => {
      if (!Object.hasOwn(shape, name)) throw unknownName(task.name, name, Object.keys(shape));
      return [name, readValue(name, shape[name]!, text)];
    }),
  );
  const parsed = task.parameters.safeParse(values);
  if (!parsed.success)
    throw new ParameterError('conflict', parsed.error.issues.map((issue) => issue.message).join(' '));
  return parsed.data;
}

function unknownName(task: string, typed: string, known: string[]): ParameterError {
  const near = nearest(typed, known);
  const hint = near === null ? '' : ` Did you mean ${near}?`;
  return new ParameterError('unknown', `${task} has no parameter "${typed}".${hint} It has: ${known.join(', ')}.`);
}

function readValue(name: string, schema: z.core.$ZodType, text: string): unknown {
  const { kind, fallback } = unwrapped(name, schema);
  const { unit } = factsOf(name, schema);
  const inUnit = unit === 'none' ? '' : ` ${unit}`;
  const choose = kind instanceof z.ZodNumber ? '' : isList(kind) ? `several joined by ${LIST_MARK} of ` : 'one of ';
  const remedy = `Choose ${choose}${boundsOf(kind)}${inUnit}, e.g. --set ${name}=${valueText(fallback)}.`;

  if (kind instanceof z.ZodNumber) {
    // Plain digits only: Number() would take '' for 0, '0x10' for 16 and '1e999' for infinity.
    if (!/^-?\d+(\.\d+)?$/.test(text)) {
      throw new ParameterError('unreadable', `${name}: "${text}" is not a number in plain digits. ${remedy}`);
    }
    const value = Number(text);
    if (kind.safeParse(value).success) return value;
    const inside = value >= (kind.minValue ?? -Infinity) && value <= (kind.maxValue ?? Infinity);
    const wrong = inside ? 'is not a whole number' : `is out of its bounds`;
    throw new ParameterError('outOfBounds', `${name}: ${text}${inUnit} ${wrong}. ${remedy}`);
  }

  if (isList(kind)) {
    const items = text === NO_ITEM ? [] : text.split(LIST_MARK);
    const known = kind.element.options;
    if (new Set(items).size === items.length && items.every((item) => known.includes(item))) return items;
    throw new ParameterError('unreadable', `${name}: "${text}" is not a choice. ${remedy}`);
  }

  const value = kind instanceof z.ZodBoolean && /^(true|false)$/.test(text) ? text === 'true' : text;
  if (kind.safeParse(value).success) return value;
  throw new ParameterError('unreadable', `${name}: "${text}" is not a choice. ${remedy}`);
}

function boundsOf(kind: Kind): string {
  if (kind instanceof z.ZodNumber) return `${kind.minValue} to ${kind.maxValue}`;
  if (isList(kind)) return [NO_ITEM, ...kind.element.options].join(', ');
  return kind instanceof z.ZodBoolean ? 'true, false' : kind.options.join(', ');
}

type List = z.ZodArray<z.ZodEnum>;
type Kind = z.ZodNumber | z.ZodBoolean | z.ZodEnum | List;

function isList(kind: unknown): kind is List {
  return kind instanceof z.ZodArray && kind.element instanceof z.ZodEnum;
}

/** The kind under the default. Text can stand for numbers, truth values, choices and lists of them; a task may use no other. */
function unwrapped(name: string, schema: z.core.$ZodType): { kind: Kind; fallback: unknown } {
  if (schema instanceof z.ZodDefault) {
    const kind = schema.unwrap();
    if (kind instanceof z.ZodNumber || kind instanceof z.ZodBoolean || kind instanceof z.ZodEnum || isList(kind)) {
      return { kind, fallback: schema.def.defaultValue };
    }
  }
  throw new TypeError(
    `Parameter ${name}: expected a number, boolean, enum or list of an enum's with a default; add .default(...).`,
  );
}

function factsOf(name: string, schema: z.core.$ZodType): ParameterFacts {
  const facts = parameterFacts.get(schema);
  if (facts === undefined) {
    throw new TypeError(
      `Parameter ${name}: expected unit, source, description; end it with .register(parameterFacts, ...).`,
    );
  }
  return facts;
}
