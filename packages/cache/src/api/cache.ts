import type { HealthProbe } from '@xc/core';
import type { CacheEvents } from './cache-events.ts';
import type { CacheStats, HotKey } from './cache-stats.ts';
import type { Entry } from './entry.ts';
import type { EntryOptions } from './entry-options.ts';
import type { Loader, ManyLoader } from './loader.ts';
import type { OnceContext, OnceOptions } from './once.ts';
import type { Resource, ResourceOptions } from './resource.ts';
import type { Invalidation, Target } from './target.ts';
import type { VerifyOptions, VerifyReport } from './verify.ts';
import type { WarmOptions, WarmReport } from './warm.ts';

/**
 * A cache that never serves what was invalidated. Keys are 1 to 1,024 bytes of UTF-8, compared exactly.
 *
 * @throws XcError `XC_CACHE_CLOSED` (as a rejection) from every method once it is disposed of.
 */
export interface Cache extends AsyncDisposable {
  readonly name: string;
  /** 'degraded' while the `l2` or the coherence is away; never 'down' by itself. */
  readonly probe: HealthProbe;
  /** The fresh value; undefined where there is nothing, or a remembered 'nothing'. */
  get<T>(key: string, options?: { readonly signal?: AbortSignal }): Promise<T | undefined>;
  /**
   * The fresh value in memory, at once; changes nothing.
   *
   * @throws TypeError for a key that is none.
   */
  peek<T>(key: string): T | undefined;
  /** True for a fresh value, a remembered 'nothing' too. */
  has(key: string): Promise<boolean>;
  /** All that is known of a key: tells 'remembered nothing' and 'stale' apart. */
  entry<T>(key: string): Promise<Entry<T> | undefined>;
  /**
   * The fresh value; where there is none the loader runs, once for all callers of this node.
   *
   * @throws what the loader rejects with, the same object.
   * @throws XcError `XC_CACHE_TIMEOUT` after `hardTimeoutMs`. Retryable.
   * @throws XcError `XC_CACHE_REENTRANT` where a loader would wait for itself.
   * @throws XcError `XC_CACHE_UNAVAILABLE` where the `l2` failed and the call is strict. Retryable.
   */
  getOrSet<T>(key: string, load: Loader<T>, options?: EntryOptions<T>): Promise<T>;
  /** The fresh values, in the order asked; only what was found. */
  getMany<T>(keys: readonly string[]): Promise<Map<string, T>>;
  /** The fresh values, in the order asked; what is missing is asked for by one call of the loader. */
  getOrSetMany<T>(
    keys: readonly string[],
    load: ManyLoader<T>,
    options?: EntryOptions<T>,
  ): Promise<Map<string, T | undefined>>;
  /**
   * Stores a value. A load under way does not overwrite it. `null` is a value like any other here, with the whole `ttlMs`;
   * `undefined` is 'nothing', remembered for `negativeTtlMs`.
   */
  set<T>(key: string, value: T, options?: EntryOptions<T>): Promise<void>;
  /** Stores several; of a key that comes twice the last. */
  setMany<T>(entries: Iterable<readonly [string, T]>, options?: EntryOptions<T>): Promise<void>;
  /**
   * Moves the expiry; false where nothing fresh is there. One round trip to the `l2`; without a coherence one more, to learn what
   * others have invalidated.
   */
  touch(key: string, ttlMs?: number): Promise<boolean>;
  /**
   * Makes everything of the target go, on every node. A read that starts once this has resolved gets a value whose load started
   * afterwards; a load under way is not stored.
   *
   * @throws XcError `XC_CACHE_UNAVAILABLE` where the `l2` failed and the call is strict. Retryable.
   */
  invalidate(
    target: Target,
    options?: { readonly strict?: boolean; readonly signal?: AbortSignal },
  ): Promise<Invalidation>;
  /**
   * Makes everything of the target stale: loaded anew before the next fresh read; grace may still serve it. What is expired by its
   * key stays in Redis for its grace, counted from then, and goes at once where it has none.
   */
  expire(target: Target): Promise<Invalidation>;
  /** A cache with keys, tags and figures of its own in the same tiers; nests. */
  namespace(name: string, defaults?: EntryOptions): Cache;
  /**
   * A kind of thing with a loader of its own. Its keys are its own, apart from those of every namespace; its tags are those of this
   * cache, whose `invalidate({ tags })` and `{ all: true }` reach it.
   */
  define<Id, T>(name: string, resource: ResourceOptions<Id, T>): Resource<Id, T>;
  /**
   * Loads what is not there, by a loader of one key or of many. A loader of many gets up to 100 keys in one call, and `concurrency`
   * counts calls. Declare both parameters of it, `(keys, context) => ...`, and it is known for what it is; any other function is
   * called with the context of one key first, and whatever it answers is the value, unless it, or a client that it hands that to,
   * uses the context as a list.
   *
   * @throws the reason of the signal as soon as that aborts.
   */
  warm<T>(keys: readonly string[], load: Loader<T>, options?: EntryOptions<T> & WarmOptions): Promise<WarmReport>;
  /** The same, by a loader of many keys. */
  warm<T>(keys: readonly string[], load: ManyLoader<T>, options?: EntryOptions<T> & WarmOptions): Promise<WarmReport>;
  /** The same, by either. */
  warm<T>(
    keys: readonly string[],
    load: Loader<T> | ManyLoader<T>,
    options?: EntryOptions<T> & WarmOptions,
  ): Promise<WarmReport>;
  /**
   * Loads in the background what is not there and not under way. Whatever becomes of the load, and after dispose, this never
   * throws.
   *
   * @throws TypeError or RangeError at once for a key, a loader or options that are none.
   */
  prefetch<T>(key: string, load: Loader<T>, options?: EntryOptions<T>): void;
  /**
   * Runs a function at most once to completion for a key and gives its result to all callers, on any node. An owner that was
   * away for so long that another ran in its place gets the result of that one, like everybody else, not its own.
   *
   * @throws XcError `XC_CACHE_ONCE_BUSY` after `waitMs` (retryable), `XC_CACHE_ONCE_MISMATCH` for another fingerprint,
   * `XC_CACHE_ONCE_CRASHED` where the owner died and `onCrash` is 'reject', `XC_CACHE_ONCE_FULL` where there is no room for
   * another record, `XC_CACHE_UNAVAILABLE` where the `l2` is away; TypeError where it has run and the codec of the `l2` cannot
   * carry its result: only the caller whose function it was got that.
   */
  once<T>(key: string, fn: (context: OnceContext) => Promise<T>, options?: OnceOptions): Promise<T>;
  /** What was counted since it was made, and how it stands. */
  stats(): CacheStats;
  /**
   * The keys asked for most, here and in the namespaces within, heaviest first; a count is too high by at most 1 / 1,024 of all
   * requests.
   */
  hotKeys(n?: number): readonly HotKey[];
  /** Compares a sample of memory with the `l2`; or what of it is of this very namespace with the `l2` and with the source. */
  verify(options?: VerifyOptions): Promise<VerifyReport>;
  /** Resolves when background loads, writes, publishes and repeated invalidations are done. */
  settled(signal?: AbortSignal): Promise<void>;
  /** Listens to this namespace and to those within it; the answer ends it. A listener that throws is logged and hurts nobody. */
  on<E extends keyof CacheEvents>(event: E, listener: (fact: CacheEvents[E]) => void): () => void;
}
