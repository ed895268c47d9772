/**
 * One string for one value, whatever the order of its keys: tells nodes of a chart apart and keys caches and hashes.
 * Refuses what JSON would silently bend (a Date becomes text before a replacer sees it, NaN becomes null).
 */
const MAX_DEPTH = 32;

/** Thrown for a value that has no plain-data form; `path` says where in it. */
export class NotPlain extends Error {
  constructor(path: string, what: string) {
    super(`${path || 'the value'} is ${what}`);
    this.name = 'NotPlain';
  }
}

/** Plain data only: null, booleans, finite numbers, strings, arrays and plain objects; undefined members are left out. */
export function canonical(value: unknown, path = '', depth = 0): string {
  if (value === null) return 'null';
  switch (typeof value) {
    case 'boolean':
    case 'string':
      return JSON.stringify(value);
    case 'number':
      if (!Number.isFinite(value)) throw new NotPlain(path, String(value));
      return Object.is(value, -0) ? '0' : String(value);
    case 'undefined':
      return 'null';
    case 'object':
      break;
    default:
      throw new NotPlain(path, `a ${typeof value}`);
  }
  if (depth > MAX_DEPTH) throw new NotPlain(path, `nested deeper than ${MAX_DEPTH} levels or circular`);
  if (Array.isArray(value)) {
    return `[${value.map((item, index) => canonical(item, `${path}[${index}]`, depth + 1)).join(',')}]`;
  }
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new NotPlain(path, `a ${prototype.constructor?.name ?? 'class instance'}`);
  }
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonical(member, path ? `${path}.${key}` : key, depth + 1)}`);
  return `{${members.join(',')}}`;
}
