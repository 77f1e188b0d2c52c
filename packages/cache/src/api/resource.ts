import type { EntryOptions } from './entry-options.ts';
import type { LoadContext } from './loader.ts';
import type { Invalidation } from './target.ts';
import type { WarmOptions, WarmReport } from './warm.ts';

/** How a kind of thing is loaded; at least one of `load` and `loadMany`. */
export interface ResourceOptions<Id, T> extends EntryOptions<T> {
  /**
   * The key of an id.
   * @defaultValue cacheKey(id)
   */
  readonly key?: (id: Id) => string;
  /** Loads one; `load` or `loadMany` must be there. */
  readonly load?: (id: Id, context: LoadContext<T>) => T | PromiseLike<T>;
  /** An `Error` in its place of the array rejects the waiters of that id alone. */
  readonly loadMany?: (
    ids: readonly Id[],
    context: { readonly signal: AbortSignal },
  ) => Promise<readonly (T | Error | undefined)[] | ReadonlyMap<Id, T>>;
  /** How single gets become one `loadMany`. */
  readonly batch?: BatchOptions;
}

/** How single gets become one call. */
export interface BatchOptions {
  /**
   * Ids of one call at most.
   * @defaultValue 100
   */
  readonly maxSize?: number;
  /**
   * How long to gather, in milliseconds; 0: the same tick. The process is held open meanwhile.
   * @defaultValue 0
   */
  readonly windowMs?: number;
}

/**
 * One kind of thing in a cache, by id. An id is taken as it is when a method is called: what becomes of an array, a plain object, a
 * date or bytes afterwards is nothing to its loader. An instance of a class of its own is handed on as it is.
 */
export interface Resource<Id, T> {
  /** What there is, loaded where there is nothing fresh. */
  get(id: Id, options?: { readonly signal?: AbortSignal }): Promise<T>;
  /** Memory only, synchronous. */
  peek(id: Id): T | undefined;
  /** Aligned with `ids`. */
  getMany(ids: readonly Id[]): Promise<(T | undefined)[]>;
  /** Stores a value. */
  set(id: Id, value: T): Promise<void>;
  /** Moves the expiry of what is fresh; false where it is not. */
  touch(id: Id, ttlMs?: number): Promise<boolean>;
  /** In the background: no load of it ever throws. @throws TypeError at once for an id that has no key. */
  prefetch(id: Id): void;
  /** Ends what was stored; a load under way is not stored either. */
  invalidate(id: Id | readonly Id[]): Promise<Invalidation>;
  /** Has it loaded anew before the next fresh read; grace may still serve it. */
  expire(id: Id): Promise<Invalidation>;
  /** Loads those that are not fresh. */
  warm(ids: readonly Id[], options?: WarmOptions): Promise<WarmReport>;
}
