import { createHash } from 'node:crypto';

/** What may be an argument of a script: text goes as UTF-8, a number as its decimal text, bytes as they are. */
export type ScriptArgument = string | Uint8Array | number;

/** What makes a script. */
export interface ScriptSpec<Reply> {
  /** Names the script in errors. Not a secret. */
  readonly name: string;
  /** The program. Reads `KEYS` and `ARGV`, and touches no key that is not in `KEYS`. */
  readonly lua: string;
  /** How many keys a call names; `'many'` is one or more. In a cluster all keys of a call must be in one slot. */
  readonly keys: number | 'many';
  /**
   * Whether strings in the raw reply, at any depth, arrive as text (UTF-8) or as `Buffer`s. Take `'bytes'` where a script
   * returns what need not be text.
   * @defaultValue 'text'
   */
  readonly replies?: 'text' | 'bytes';
  /** Turns the raw reply into what the caller gets. What it throws, the call rejects with. */
  parse(raw: unknown): Reply;
}

/** A script that `runScript` can run; made by `defineScript`. */
export interface Script<Args extends readonly ScriptArgument[] = readonly ScriptArgument[], Reply = unknown>
  extends Required<ScriptSpec<Reply>> {
  /** What the server knows the script by: the SHA-1 of `lua`. */
  readonly sha: string;
  /** Carries the type of the arguments; never set. */
  readonly takes?: Args;
}

/**
 * Defines a Lua script once, hashed once, to be run by `runScript` any number of times on any client.
 *
 * @example
 * ```ts
 * const take = defineScript<[limit: number, windowMs: number], boolean>({
 *   name: 'take',
 *   keys: 1,
 *   lua: `
 *     local used = redis.call('INCR', KEYS[1])
 *     if used == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
 *     return used <= tonumber(ARGV[1]) and 1 or 0`,
 *   parse: (raw) => raw === 1,
 * });
 * const allowed = await runScript(client, take, ['limit:{ada}'], [10, 1_000], { deadlineMs: 100 });
 * ```
 *
 * @throws TypeError when a part of the specification is missing or is not what it should be.
 */
export function defineScript<Args extends readonly ScriptArgument[] = readonly ScriptArgument[], Reply = unknown>(
  spec: ScriptSpec<Reply>,
): Script<Args, Reply> {
  const { name, lua, keys, replies = 'text', parse } = spec;
  if (typeof name !== 'string' || name === '') throw new TypeError(`name must be a text, got ${String(name)}`);
  if (typeof lua !== 'string' || lua.trim() === '') throw new TypeError(`lua of script "${name}" must be a program`);
  if (keys !== 'many' && !(Number.isInteger(keys) && keys >= 0)) {
    throw new TypeError(`keys of script "${name}" must be a whole number or 'many', got ${String(keys)}`);
  }
  if (replies !== 'text' && replies !== 'bytes') {
    throw new TypeError(`replies of script "${name}" must be 'text' or 'bytes', got ${String(replies)}`);
  }
  if (typeof parse !== 'function') throw new TypeError(`parse of script "${name}" must be a function`);
  const sha = createHash('sha1').update(lua).digest('hex');
  return Object.freeze({ name, lua, keys, replies, parse: (raw: unknown) => spec.parse(raw), sha });
}
