import { createSecretKey, type KeyObject } from 'node:crypto';
import { types } from 'node:util';
import { checkOptions, show } from './check-options.ts';

/** The keys of {@link encrypted}. To rotate: add a key, make it current, and drop the old one when nothing written with it is left. */
export interface Keyring {
  /** The name of the key that encrypts. */
  readonly current: string;
  /** Every key that decrypts, by name: 32 random bytes each. A name takes 1 to 255 bytes of UTF-8 and is no secret. */
  readonly keys: Readonly<Record<string, Uint8Array>>;
}

/** A key and its name as it goes into the envelope. */
export interface NamedKey {
  readonly name: Buffer;
  readonly key: KeyObject;
}

/** The keys of a keyring in a form that no log prints, copied: what the caller does to its bytes later changes nothing. */
export interface KeyTable {
  readonly current: NamedKey;
  find(name: string): KeyObject | undefined;
}

/** @throws TypeError or RangeError that names the key, never its bytes. */
export function readKeyring(keyring: Keyring): KeyTable {
  checkOptions('keyring', keyring, ['current', 'keys']);
  const { current, keys } = keyring;
  if (typeof current !== 'string') throw new TypeError(`keyring.current must be a string, got ${show(current)}`);
  if (typeof keys !== 'object' || keys === null)
    throw new TypeError(`keyring.keys must be an object, got ${show(keys)}`);
  const table = new Map<string, NamedKey>();
  for (const [name, bytes] of Object.entries(keys)) table.set(name, namedKey(name, bytes));
  const currentKey = table.get(current);
  if (currentKey === undefined)
    throw new RangeError(`keyring.current must name one of keyring.keys, got ${JSON.stringify(current)}`);
  return { current: currentKey, find: (name) => table.get(name)?.key };
}

function namedKey(name: string, bytes: Uint8Array): NamedKey {
  const encoded = Buffer.from(name);
  if (encoded.length === 0 || encoded.length > 255 || encoded.toString() !== name) {
    throw new RangeError(
      `a key name must be well-formed and take 1 to 255 bytes of UTF-8, got ${encoded.length} bytes`,
    );
  }
  const what = `keyring.keys[${JSON.stringify(name)}]`;
  if (!types.isUint8Array(bytes)) throw new TypeError(`${what} must be a Uint8Array of 32 bytes, got ${show(bytes)}`);
  if (bytes.byteLength !== 32) throw new RangeError(`${what} must be 32 bytes long, got ${bytes.byteLength}`);
  return { name: encoded, key: createSecretKey(bytes) };
}
