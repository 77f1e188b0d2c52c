/**
 * The text of a value by its content: equal for equal values whatever the order of their properties, different for different ones.
 *
 * @throws TypeError for functions, symbols, cycles and objects whose state does not show.
 */
export function canonicalText(value: unknown, outer: readonly object[] = []): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value);
    case 'bigint':
      return `${value}n`;
    case 'boolean':
    case 'undefined':
      return String(value);
    case 'object':
      return value === null ? 'null' : objectText(value, outer);
    default:
      throw new TypeError(`a part of a cache key must be data, got a ${typeof value}`);
  }
}

function objectText(value: object, outer: readonly object[]): string {
  if (outer.includes(value)) throw new TypeError('a part of a cache key must not contain itself');
  const inner = [...outer, value];
  if (Array.isArray(value))
    return `[${Array.from(value, (item, at) => (at in value ? canonicalText(item, inner) : '~')).join(',')}]`;
  if (value instanceof Date) return `Date(${value.getTime()})`;
  if (ArrayBuffer.isView(value))
    return `${viewName(value)}(${bytesText(value.buffer, value.byteOffset, value.byteLength)})`;
  if (value instanceof ArrayBuffer || value instanceof SharedArrayBuffer)
    return `ArrayBuffer(${bytesText(value, 0, value.byteLength)})`;
  if (value instanceof Map)
    return `Map{${sorted(value, ([key, item]) => `${canonicalText(key, inner)}=>${canonicalText(item, inner)}`)}}`;
  if (value instanceof Set) return `Set{${sorted(value, (item) => canonicalText(item, inner))}}`;
  if (value instanceof RegExp) return `RegExp(${JSON.stringify(value.source)},${JSON.stringify(value.flags)})`;
  if (value instanceof URL) return `URL(${JSON.stringify(value.href)})`;
  return propertiesText(value, inner);
}

/** Plain objects by their properties; instances by their class as well, and by what they say of themselves where they do. */
function propertiesText(value: object, inner: readonly object[]): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  const isPlain = prototype === Object.prototype || prototype === null;
  const name = isPlain ? '' : className(value);
  if (!isPlain && 'toJSON' in value && typeof value.toJSON === 'function')
    return `${name}(${canonicalText(value.toJSON(), inner)})`;
  const keys = Object.keys(value).sort();
  const hidden = Object.getOwnPropertySymbols(value).some((symbol) =>
    Object.prototype.propertyIsEnumerable.call(value, symbol),
  );
  if (hidden || (!isPlain && keys.length === 0)) {
    throw new TypeError(
      `a part of a cache key must show what it holds, got ${name === '' ? 'an object with symbols' : name}`,
    );
  }
  const properties = keys.map((key) => `${JSON.stringify(key)}:${canonicalText(value[key as never], inner)}`);
  return `${name}{${properties.join(',')}}`;
}

/** Begins with a word that no other text begins with: a class of the caller may be called `Date`. */
function className(value: object): string {
  const maker: unknown = value.constructor;
  return `new ${JSON.stringify(typeof maker === 'function' ? maker.name : '')}`;
}

function viewName(view: ArrayBufferView): string {
  // A Buffer is a Uint8Array with methods: the same bytes are the same part.
  return view instanceof Uint8Array ? 'Uint8Array' : (Object.prototype.toString.call(view).slice(8, -1) as string);
}

function bytesText(buffer: ArrayBufferLike, offset: number, length: number): string {
  return Buffer.from(buffer, offset, length).toString('base64');
}

function sorted<Item>(items: Iterable<Item>, textOf: (item: Item) => string): string {
  return Array.from(items, textOf).sort().join(',');
}
