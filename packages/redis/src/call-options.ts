import type { RedisLike } from './client.ts';

/** What every call may be given. */
const bounds: ReadonlySet<string> = new Set(['deadlineMs', 'signal', 'clock']);
const named: ReadonlySet<string> = new Set([...bounds, 'name']);

/** What is wrong with the client or the options of a call; `undefined` when nothing is. Costs no more than a look at each. */
export function wrongCall(client: RedisLike, options: unknown, takesName = false): TypeError | undefined {
  if (typeof client?.status !== 'string' || typeof client.on !== 'function') {
    // Not what it is: a URL has a password in it.
    return new TypeError(`client must be a client of ioredis, got ${client === null ? 'null' : typeof client}`);
  }
  if (typeof options !== 'object' || options === null) {
    return new TypeError(
      `options must be an object with deadlineMs, got ${options === null ? 'null' : typeof options}`,
    );
  }
  const known = takesName ? named : bounds;
  for (const option in options) if (!known.has(option)) return new TypeError(`unknown option ${option}`);
  const { signal, name } = options as { signal?: unknown; name?: unknown };
  if (signal !== undefined && !isSignal(signal)) {
    return new TypeError(`signal must be an AbortSignal, got ${kindOf(signal)}`);
  }
  if (takesName && (typeof name !== 'string' || name === '')) {
    return new TypeError(`name must be the name of a command, got ${kindOf(name)}`);
  }
  return undefined;
}

/** By structure: a signal may come from another realm, or from a library that stands in for it. */
export function isSignal(value: unknown): value is AbortSignal {
  return (
    typeof (value as Partial<AbortSignal> | null)?.addEventListener === 'function' && 'aborted' in (value as object)
  );
}

/** What may be told of a value that is not what it should be: an object or a function is not printed. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return value === '' ? 'an empty text' : `text ${value}`;
  return typeof value === 'object' || typeof value === 'function' ? typeof value : String(value);
}
