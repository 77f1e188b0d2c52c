import { asBuffer } from './bytes.ts';
import type { RedisLike } from './client.ts';
import type { EvalOperands } from './evaluate.ts';
import type { Script, ScriptArgument } from './script.ts';
import { slotOf } from './slot.ts';

/** A key, as text (UTF-8) or as bytes. */
export type ScriptKey = string | Uint8Array;

/**
 * The operands of EVALSHA for one call, checked before anything is sent.
 * @throws TypeError when the keys do not fit the script or, in a cluster, are not in one slot, and for an argument that
 * is neither text, bytes nor a number. Tells counts, places and slots, never a key or a value.
 */
export function scriptOperands(
  client: RedisLike,
  script: Script,
  keys: readonly ScriptKey[],
  args: readonly ScriptArgument[],
): EvalOperands {
  checkList(script, 'keys', keys);
  checkList(script, 'args', args);
  checkCount(script, keys.length);
  if (keys.length > 1 && client.isCluster) checkSlots(client, script, keys);
  const operands: EvalOperands = [script.sha, keys.length];
  for (let index = 0; index < keys.length; index += 1) {
    const key = keys[index];
    if (typeof key === 'string') operands.push(key);
    else operands.push(bytesOf(key, script, 'key', index));
  }
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index];
    if (typeof arg === 'string' || (typeof arg === 'number' && !Number.isNaN(arg))) operands.push(arg);
    else operands.push(bytesOf(arg, script, 'argument', index));
  }
  return operands;
}

/** What is wrong with what should be a script; `undefined` when nothing is. */
export function wrongScript(script: unknown): TypeError | undefined {
  const { sha, lua, parse } = (script ?? {}) as Partial<Script>;
  if (typeof sha === 'string' && typeof lua === 'string' && typeof parse === 'function') return undefined;
  return new TypeError('script must be made by defineScript');
}

// A text has a length too, and would go as one key for each of its characters.
function checkList(script: Script, what: string, list: unknown): void {
  if (Array.isArray(list)) return;
  throw new TypeError(
    `${what} of script "${script.name}" must be an array, got ${list === null ? 'null' : typeof list}`,
  );
}

function checkCount(script: Script, count: number): void {
  if (script.keys === 'many' ? count > 0 : count === script.keys) return;
  const expected = script.keys === 'many' ? 'at least 1 key' : `${script.keys} key${script.keys === 1 ? '' : 's'}`;
  throw new TypeError(`script "${script.name}" takes ${expected}, got ${count}`);
}

function checkSlots(client: RedisLike, script: Script, keys: readonly ScriptKey[]): void {
  const prefix = client.options.keyPrefix ?? '';
  const slots = new Set(keys.map((key) => slotOf(prefix === '' ? key : prefixed(prefix, key))));
  if (slots.size === 1) return;
  const message = `the keys of script "${script.name}" must be in one slot, got slots ${[...slots].join(', ')}`;
  throw new TypeError(`${message}: give them one hash tag`);
}

function prefixed(prefix: string, key: ScriptKey): ScriptKey {
  return typeof key === 'string' ? prefix + key : Buffer.concat([Buffer.from(prefix), key]);
}

function bytesOf(value: unknown, script: Script, what: string, index: number): Buffer {
  if (value instanceof Uint8Array) return asBuffer(value);
  const got = typeof value === 'number' ? 'NaN' : value === null ? 'null' : typeof value;
  throw new TypeError(`${what} ${index} of script "${script.name}" must be text, bytes or a number, got ${got}`);
}
