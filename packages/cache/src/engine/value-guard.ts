/** Keeps what is stored from being changed by who holds it. */
export interface ValueGuard {
  /** What to store of a value handed in. @throws what `structuredClone` throws for what it cannot copy. */
  keep(value: unknown): unknown;
  /** What to hand out of a stored value. */
  give(value: unknown): unknown;
}

/** By deep freezing, by copies, or not at all. */
export function valueGuard(values: 'freeze' | 'clone' | 'share'): ValueGuard {
  if (values === 'share') return { keep: (value) => value, give: (value) => value };
  if (values === 'freeze') return { keep: freezeDeeply, give: (value) => value };
  return { keep: copy, give: copy };
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
    for (const property of Object.values(Object.getOwnPropertyDescriptors(next))) {
      if (isPlain(property.value)) open.push(property.value);
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
