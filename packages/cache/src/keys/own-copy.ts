/**
 * Data as it is now, for what is called later: whoever handed it in may change it meanwhile. Arrays, plain objects, maps, sets, dates and
 * bytes are copied at every depth; an instance of any other class is handed on as it is.
 */
export function ownCopy<T>(value: T): T {
  return typeof value === 'object' && value !== null ? (copyOf(value, new Map()) as T) : value;
}

function copyOf(value: object, copies: Map<object, object>): object {
  const known = copies.get(value);
  if (known !== undefined) return known;
  const inner = <Part>(part: Part): Part =>
    typeof part === 'object' && part !== null ? (copyOf(part, copies) as Part) : part;
  if (Array.isArray(value)) {
    const copy = value.slice();
    copies.set(value, copy);
    for (const at of copy.keys()) if (at in copy) copy[at] = inner(copy[at]);
    return copy;
  }
  if (Buffer.isBuffer(value)) return Buffer.from(value);
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return structuredClone(value);
  switch (Object.getPrototypeOf(value)) {
    case Date.prototype:
      return new Date((value as Date).getTime());
    case Map.prototype:
      return new Map([...(value as Map<unknown, unknown>)].map(([key, item]) => [inner(key), inner(item)]));
    case Set.prototype:
      return new Set([...(value as Set<unknown>)].map(inner));
    case Object.prototype:
    case null:
      return copyOfPlain(value as Record<PropertyKey, unknown>, copies, inner);
    default:
      return value;
  }
}

function copyOfPlain(
  value: Record<PropertyKey, unknown>,
  copies: Map<object, object>,
  inner: (part: unknown) => unknown,
): object {
  const isBare = Object.getPrototypeOf(value) === null;
  const copy: Record<PropertyKey, unknown> = isBare ? Object.assign(Object.create(null), value) : { ...value };
  copies.set(value, copy);
  // Own already, `__proto__` as well: nothing else is reached by this.
  for (const key of Reflect.ownKeys(copy)) copy[key] = inner(copy[key]);
  return copy;
}
