/** The keys of one name; they are in one slot, whatever braces the name has. */
export interface LockKeys {
  /** Owner, for as long as the lease. */
  readonly lock: string;
  readonly fence: string;
  readonly semaphore: string;
}

/**
 * `<prefix>:{n:<name>}`, and behind it `:f` for the fence, `:s` for the semaphore, `:w` for the channel. A name with a closing
 * brace ends the hash tag there, in all of them alike; `n:` keeps the tag from ever being empty.
 */
export function lockKeys(prefix: string, name: string): LockKeys {
  const lock = `${prefix}:{n:${name}}`;
  return { lock, fence: `${lock}:f`, semaphore: `${lock}:s` };
}

/** Where releases of a name are told of. */
export function lockChannel(prefix: string, name: string): string {
  return `${lockKeys(prefix, name).lock}:w`;
}
