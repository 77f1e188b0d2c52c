import { types } from 'node:util';

/**
 * Refuses what MessagePack would write as something else, as bytes that cannot be read, or as memory that was never set.
 *
 * Extensions of msgpackr could do this while it writes, but they hold for the whole process, and for every other user of
 * the library in it.
 *
 * @throws TypeError that names the kind of the value, never the value.
 */
export function checkSayable(value: unknown, depth = 0): void {
  if (typeof value === 'string') checkText(value);
  else if (typeof value === 'symbol') throw unsayable('a symbol');
  else if (typeof value === 'function') checkDisguise(value);
  else if (typeof value === 'object' && value !== null) checkObject(value, depth);
}

/** Fixed, and far from the end of the stack: what one caller can write, every other can read. */
const maxDepth = 1_000;

function checkObject(value: object, depth: number): void {
  if (depth === maxDepth) throw unsayable(`what is nested more than ${maxDepth} deep, or contains itself`);
  if (Array.isArray(value)) {
    checkDisguise(value, Array);
    for (const item of value) checkSayable(item, depth + 1);
    return;
  }
  const kind = Object.getPrototypeOf(value);
  if (kind !== Object.prototype && kind !== null && !checkInstance(value, depth)) return;
  checkDisguise(value);
  for (const key of Object.keys(value)) {
    checkText(key);
    checkSayable((value as Readonly<Record<string, unknown>>)[key], depth + 1);
  }
}

/** Refuses any built-in but those that MessagePack knows. Tells whether properties are what makes up `value`. */
function checkInstance(value: object, depth: number): boolean {
  if (value instanceof Date && types.isDate(value)) {
    if (value.toJSON !== Date.prototype.toJSON) throw unsayable('an object with toJSON');
    return false;
  }
  if (ArrayBuffer.isView(value)) {
    if (isBytes(value)) return false;
    throw unsayable(value instanceof Uint8Array ? 'a subclass of Uint8Array' : nameOf(value));
  }
  if (value instanceof Map && value.constructor === Map) {
    checkDisguise(value, Map);
    checkMap(value, depth);
    return false;
  }
  if (value instanceof Set && types.isSet(value)) {
    checkDisguise(value);
    for (const item of value) checkSayable(item, depth + 1);
    return false;
  }
  if (types.isAnyArrayBuffer(value) || value instanceof Error || value instanceof RegExp)
    throw unsayable(nameOf(value));
  // Boxed primitives, promises, weak collections, URLSearchParams and the like: what they hold is not in their properties.
  if (tagOf(value) !== 'Object') throw unsayable(nameOf(value));
  return true;
}

function checkMap(map: ReadonlyMap<unknown, unknown>, depth: number): void {
  for (const [key, item] of map) {
    if (typeof key === 'string') checkText(key);
    else if (typeof key !== 'number') throw unsayable('a Map with keys other than strings and numbers');
    else if (map.has(String(key))) throw unsayable('a Map that has a number and its text as keys');
    checkSayable(item, depth + 1);
  }
}

/** Only these two: a subclass could lie about its length. */
function isBytes(view: ArrayBufferView): boolean {
  const kind = Object.getPrototypeOf(view);
  return kind === Uint8Array.prototype || kind === Buffer.prototype;
}

/** msgpackr goes by `constructor` and `toJSON`, which an object may have as properties of its own. */
function checkDisguise(value: object, kind?: unknown): void {
  const { constructor: maker, toJSON } = value as { readonly constructor?: unknown; readonly toJSON?: unknown };
  if (typeof toJSON === 'function') throw unsayable('an object with toJSON');
  const disguised = maker === Object || maker === Array || maker === Map;
  if (disguised && maker !== (kind ?? Object)) throw unsayable('an object with the constructor of another');
}

/** ES2024, and in every Node that we support; the library that we compile against is older. */
interface Text {
  isWellFormed(): boolean;
}

function checkText(text: string): void {
  if (!(text as unknown as Text).isWellFormed()) throw unsayable('text with half a surrogate pair');
}

function nameOf(value: object): string {
  const tag = tagOf(value);
  return /^[AEIO]/.test(tag) ? `an ${tag}` : `a ${tag}`;
}

function tagOf(value: object): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

function unsayable(kind: string): TypeError {
  return new TypeError(`MessagePack cannot say ${kind}`);
}
