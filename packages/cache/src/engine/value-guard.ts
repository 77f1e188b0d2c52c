/** Keeps what is stored from being changed by who holds it. */
export interface ValueGuard {
  /** What to store of a value handed in. @throws what `structuredClone` throws for what it cannot copy. */
  keep(value: unknown): unknown;
  /** The same of a value that was decoded just now and that nobody else holds. */
  keepDecoded(value: unknown): unknown;
  /** What to hand out of a stored value. */
  give(value: unknown): unknown;
}

/** By deep freezing, by copies, or not at all. */
export function valueGuard(values: 'freeze' | 'clone' | 'share'): ValueGuard {
  if (values === 'share') return { keep: same, keepDecoded: same, give: same };
  if (values === 'freeze') return { keep: freezeDeeply, keepDecoded: freezeFresh, give: same };
  return { keep: copy, keepDecoded: same, give: copy };
}

function same(value: unknown): unknown {
  return value;
}

function copy(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? structuredClone(value) : value;
}

/** Plain objects and arrays; what has a class of its own may need to change itself. */
function freezeDeeply(value: unknown): unknown {
  if (!isPlain(value)) return value;
  const seen = new Set<object>();
  const open: object[] = [value];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    Object.freeze(next);
    for (const name of Reflect.ownKeys(next)) {
      // Not by reading it: an accessor would run.
      const property: unknown = Object.getOwnPropertyDescriptor(next, name)?.value;
      if (isPlain(property)) open.push(property);
    }
  }
  return value;
}

/** Nothing of it is frozen yet, and it has no accessors: what is frozen has been seen. */
function freezeFresh(value: unknown): unknown {
  if (!isPlain(value)) return value;
  const open = [value];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    Object.freeze(next);
    for (const name in next) {
      const property = (next as Readonly<Record<string, unknown>>)[name];
      if (isPlain(property) && !Object.isFrozen(property)) open.push(property);
    }
  }
  return value;
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
