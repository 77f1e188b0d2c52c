import type { RedisClient } from '@xc/redis';

/** Options of {@link redisEngine}. */
export interface RedisEngineOptions {
  /** First part of every key. Without braces, colons and white space. @defaultValue 'xc' */
  readonly prefix?: string | undefined;
  /** Into how many parts a queue is cut, each in a slot of its own, 1 to 64. All who open a queue must agree. @defaultValue 1 */
  readonly shards?: number | undefined;
  /**
   * Hears the news of all queues of this engine. Never closed by us; it must do nothing else.
   * @defaultValue a duplicate of the client, which we close
   */
  readonly subscriber?: RedisClient | undefined;
  /** For every call, in ms, whatever the client does. @defaultValue 2_000 */
  readonly deadlineMs?: number | undefined;
  /**
   * What becomes of adds while Redis is away: refused, or held in the memory of this process, where they end with it. What
   * `close` could not send either is logged as an error with `unsent`, how many jobs. @defaultValue 'fail'
   */
  readonly onUnavailable?: 'fail' | 'buffer' | undefined;
  /** How many adds are held; what is above it, of several added together too, is `XC_QUEUE_FULL`. @defaultValue 10_000 */
  readonly bufferMax?: number | undefined;
  /**
   * What must be true before `add`, `addMany` and `flow` resolve: it is in the memory of the master; so many replicas have it (WAIT); it is on the
   * disk of the master (WAITAOF, Redis 7.2). The last two take a connection of their own.
   * @defaultValue 'memory'
   */
  readonly durability?: 'memory' | 'replicas' | 'fsync' | undefined;
  /** For `durability: 'replicas'`. @defaultValue 1 */
  readonly replicas?: number | undefined;
  /** How long that may take, in ms; after it `XC_QUEUE_NOT_DURABLE`. @defaultValue 1_000 */
  readonly durabilityMs?: number | undefined;
  /** How long adds wait for company, in ms; with 0 those of one tick travel together. @defaultValue 0 */
  readonly lingerMs?: number | undefined;
  /** How often, about, an idle worker looks though nobody called it, in ms. @defaultValue 2_000 */
  readonly pollMs?: number | undefined;
  /** Keeps a stream of what happens, of about so many entries, for `watch({ scope: 'all' })`. @defaultValue none */
  readonly events?: { readonly maxLen: number } | undefined;
}

/** The options with their defaults. */
export interface EngineSettings {
  readonly prefix: string;
  readonly shards: number;
  readonly subscriber: RedisClient | undefined;
  readonly deadlineMs: number;
  readonly onUnavailable: 'fail' | 'buffer';
  readonly bufferMax: number;
  readonly durability: 'memory' | 'replicas' | 'fsync';
  readonly replicas: number;
  readonly durabilityMs: number;
  readonly lingerMs: number;
  readonly pollMs: number;
  readonly events: { readonly maxLen: number } | undefined;
}

/** Checks options. @throws TypeError for what is of the wrong kind, RangeError for what is out of range */
export function engineSettings(options: RedisEngineOptions): EngineSettings {
  if (typeof options !== 'object' || options === null)
    throw new TypeError(`options must be an object, got ${String(options)}`);
  const {
    prefix = 'xc',
    shards = 1,
    subscriber,
    deadlineMs = 2_000,
    onUnavailable = 'fail',
    bufferMax = 10_000,
  } = options;
  const { durability = 'memory', replicas = 1, durabilityMs = 1_000, lingerMs = 0, pollMs = 2_000, events } = options;
  if (typeof prefix !== 'string') throw new TypeError(`prefix must be a text, got ${typeof prefix}`);
  if (prefix === '' || /[{}:\s]/.test(prefix)) {
    throw new RangeError(`prefix must be a text without braces, colons and white space, got ${JSON.stringify(prefix)}`);
  }
  if (subscriber !== undefined && !isClient(subscriber))
    throw new TypeError(
      `subscriber must be a client of ioredis, got ${subscriber === null ? 'null' : typeof subscriber}`,
    );
  integer('shards', shards, 1, 64);
  integer('bufferMax', bufferMax, 1);
  integer('replicas', replicas, 1);
  positive('deadlineMs', deadlineMs);
  positive('durabilityMs', durabilityMs);
  positive('pollMs', pollMs);
  if (typeof lingerMs !== 'number') throw new TypeError(`lingerMs must be a number, got ${typeof lingerMs}`);
  if (!(lingerMs >= 0 && Number.isFinite(lingerMs)))
    throw new RangeError(`lingerMs must be 0 or more, got ${lingerMs}`);
  oneOf('onUnavailable', onUnavailable, ['fail', 'buffer']);
  oneOf('durability', durability, ['memory', 'replicas', 'fsync']);
  if (events !== undefined) integer('events.maxLen', events.maxLen, 1);
  return {
    ...{ prefix, shards, subscriber, deadlineMs, onUnavailable, bufferMax },
    ...{ durability, replicas, durabilityMs, lingerMs, pollMs, events },
  };
}

/** Whether it looks like a client of ioredis, of whatever version and copy. */
export function isClient(value: unknown): value is RedisClient {
  const { status, on } = (value ?? {}) as Partial<RedisClient>;
  return typeof status === 'string' && typeof on === 'function';
}

function integer(name: string, value: unknown, least: number, most = Number.MAX_SAFE_INTEGER): void {
  if (typeof value !== 'number') throw new TypeError(`${name} must be a number, got ${typeof value}`);
  if (Number.isInteger(value) && value >= least && value <= most) return;
  const range =
    most === Number.MAX_SAFE_INTEGER ? `an integer of at least ${least}` : `an integer from ${least} to ${most}`;
  throw new RangeError(`${name} must be ${range}, got ${value}`);
}

function positive(name: string, value: unknown): void {
  if (typeof value !== 'number') throw new TypeError(`${name} must be a number, got ${typeof value}`);
  if (!(Number.isFinite(value) && value > 0)) throw new RangeError(`${name} must be a positive number, got ${value}`);
}

function oneOf(name: string, value: unknown, values: readonly string[]): void {
  if (typeof value !== 'string') throw new TypeError(`${name} must be a text, got ${typeof value}`);
  if (!values.includes(value)) throw new RangeError(`${name} must be one of ${values.join(', ')}, got ${value}`);
}
