import type { Random } from '@xc/core';
import type { Cache } from '../api/cache.ts';
import { unavailable } from '../engine/cache-error.ts';
import type { CacheView } from '../engine/cache-view.ts';
import { type Standing, standingAt, storeForAll } from '../engine/standing.ts';
import { viewOf } from '../engine/view-of.ts';
import { cacheKey } from '../keys/cache-key.ts';
import { describe } from '../keys/check-key.ts';
import { checkNames } from '../options/check-names.ts';
import { checkPositive } from '../options/check-number.ts';
import { checkFunction, type EntryPlan, planDefaults } from '../options/entry-plan.ts';
import { sessionId, sessionKey } from './session-id.ts';
import { Turns } from './turns.ts';

/** Options of {@link sessionStore}. */
export interface SessionStoreOptions {
  /**
   * A session that nobody uses ends after this, in milliseconds.
   * @defaultValue 1_800_000
   */
  readonly idleMs?: number;
  /**
   * Every session ends after this, in milliseconds, however it is used.
   * @defaultValue 43_200_000
   */
  readonly absoluteMs?: number;
  /**
   * Where ids come from; for tests only.
   * @defaultValue the random bytes of node:crypto
   */
  readonly random?: Random;
}

/**
 * Sessions. An id is 32 random bytes in base64url; what is stored bears its SHA-256. What is no id is a session that is not there.
 *
 * @throws XcError `XC_CACHE_UNAVAILABLE` (retryable) from all but `get` and `touch`, where the `l2` of the cache is away.
 * @throws TypeError for data that its codec cannot carry, RangeError for more than `maxValueBytes`: other nodes would not see it.
 */
export interface SessionStore<Data> {
  /** Begins a session and gives its id. `subject` is what `destroyAll` ends it by. */
  create(data: Data, subject?: string): Promise<string>;
  /** The data; undefined where there is no such session. Keeps it from ending idle. */
  get(id: string): Promise<Data | undefined>;
  /**
   * Replaces the data. Of changes at the same time none is lost, on any node: `change` runs anew on what the other one left, so it
   * must do nothing but compute. False where there is no such session; one that was destroyed meanwhile stays so.
   */
  update(id: string, change: (data: Data) => Data): Promise<boolean>;
  /** Keeps it from ending idle; false where there is no such session. */
  touch(id: string): Promise<boolean>;
  /** Gives the session another id, and ends the old one: after every change of rights. Undefined where there is no such session. */
  rotate(id: string): Promise<string | undefined>;
  /** Ends the session. Where the `l2` is away this node obeys and goes on trying; it rejects, as others may not know yet. */
  destroy(id: string): Promise<void>;
  /** Ends all sessions of a subject: as `destroy`. */
  destroyAll(subject: string): Promise<void>;
}

/** As it is stored; undefined instead of it: its id was replaced by another one. */
interface Session<Data> {
  readonly data: Data;
  /** Its age when it was written last, in milliseconds: no clock of a node decides when it is too old. */
  readonly usedMs: number;
}

type Stored<Data> = { readonly session?: Session<Data> };

/** For how long an id that was replaced is remembered as such, where removing it fails. */
const REPLACED_MS = 1_000;

/**
 * Keeps sessions in the namespace `session` of a cache of `createCache`: in memory, or for all nodes where the cache has an `l2`.
 *
 * @throws TypeError or RangeError where options are wrong.
 *
 * @example
 * ```ts
 * const sessions = sessionStore<{ cart: string[] }>(cache);
 * const id = await sessions.create({ cart: [] }, 'user-1');
 * await sessions.update(id, ({ cart }) => ({ cart: [...cart, 'book'] }));
 * ```
 */
export function sessionStore<Data>(cache: Cache, options: SessionStoreOptions = {}): SessionStore<Data> {
  checkNames('options', options, ['idleMs', 'absoluteMs', 'random']);
  const { idleMs = 1_800_000, absoluteMs = 43_200_000, random } = options;
  checkPositive('idleMs', idleMs);
  checkPositive('absoluteMs', absoluteMs);
  if (random !== undefined) checkFunction('random.next', random.next);
  const kept = { ttlMs: idleMs, maxAgeMs: absoluteMs, jitter: 0, sliding: false, graceMs: 0 } as const;
  const view = viewOf(cache).namespace('session', { ...kept, tags: [], tiers: 'both', strict: true }) as CacheView;
  const turns = new Turns();

  const planOf = (tags: readonly string[], usedMs: number): EntryPlan =>
    planDefaults({ ...kept, maxAgeMs: absoluteMs - usedMs, tags });
  const standing = async (key: string) => {
    const found = await standingAt(view.engine, view.space, key);
    const session = (found?.value as Stored<Data> | undefined)?.session;
    if (found === undefined || session === undefined) return undefined;
    const usedMs = session.usedMs + found.ageMs;
    return usedMs < absoluteMs ? { found, data: session.data, usedMs } : undefined;
  };
  const write = async (found: Standing, data: Data, usedMs: number): Promise<boolean> => {
    if (view.engine.core.shared !== undefined) checkData(data);
    const next: Stored<Data> = { session: { data, usedMs } };
    return found.replace(next, planOf(found.tags, usedMs));
  };
  const end = async (target: { key: string } | { tags: readonly string[] }): Promise<void> => {
    const { delivered } = await view.invalidate(target, { strict: false });
    if (!delivered) throw unavailable(undefined);
  };

  return {
    async create(data, subject) {
      const id = sessionId(random);
      const stored: Stored<Data> = { session: { data, usedMs: 0 } };
      const tags = subject === undefined ? [] : [subjectTag(subject)];
      const key = sessionKey(id) as string;
      const { shared } = view.engine.core;
      if (shared === undefined) {
        await view.set(key, stored, { tags });
        return id;
      }
      checkData(data);
      await storeForAll(view.engine, shared, view.space, key, stored, planOf(tags, 0));
      return id;
    },
    async get(id) {
      const key = sessionKey(id);
      const entry = key === undefined ? undefined : await view.entry<Stored<Data>>(key);
      const session = entry?.state === 'fresh' ? entry.value.session : undefined;
      if (key === undefined || entry === undefined || session === undefined) return undefined;
      // Not at every read: a tenth of its time is neither here nor there, and the l2 would be asked each time.
      if (entry.ttlLeftMs < idleMs * 0.9 && session.usedMs + entry.ageMs + entry.ttlLeftMs < absoluteMs) {
        if (!(await view.touch(key))) return (await view.get<Stored<Data>>(key))?.session?.data;
      }
      return session.data;
    },
    async update(id, change) {
      checkFunction('change', change);
      const key = sessionKey(id);
      if (key === undefined) return false;
      return turns.take(key, async () => {
        for (;;) {
          const now = await standing(key);
          if (now === undefined) return false;
          const data = change(now.data);
          if (typeof (data as PromiseLike<unknown> | undefined)?.then === 'function') {
            throw new TypeError('change must return the data, got a promise');
          }
          if (await write(now.found, data, now.usedMs)) return true;
        }
      });
    },
    async touch(id) {
      const key = sessionKey(id);
      if (key === undefined || (await view.get<Stored<Data>>(key))?.session === undefined) return false;
      return view.touch(key);
    },
    async rotate(id) {
      const key = sessionKey(id);
      if (key === undefined) return undefined;
      return turns.take(key, async () => {
        for (;;) {
          const now = await standing(key);
          if (now === undefined) return undefined;
          const { found, data, usedMs } = now;
          // First the old one ends: two ids for one session would be worse than none.
          const replaced = planDefaults({ ...kept, ttlMs: REPLACED_MS, tags: found.tags });
          if (!(await found.replace({} satisfies Stored<Data>, replaced))) continue;
          const next = sessionId(random);
          const stored: Stored<Data> = { session: { data, usedMs } };
          await found.derive(sessionKey(next) as string, stored, planOf(found.tags, usedMs));
          await view.invalidate({ key }, { strict: false });
          return next;
        }
      });
    },
    async destroy(id) {
      const key = sessionKey(id);
      if (key !== undefined) await end({ key });
    },
    destroyAll: async (subject) => end({ tags: [subjectTag(subject)] }),
  };
}

/** Of at most 200 bytes, whatever the subject. @throws TypeError unless it is a string. */
function subjectTag(subject: string): string {
  if (typeof subject !== 'string') throw new TypeError(`subject must be a string, got ${describe(subject)}`);
  return cacheKey('subject', subject);
}

/** A codec refuses such a value as a whole, and leaves it out without a word inside of another. */
function checkData(data: unknown): void {
  const { toJSON } = (data ?? {}) as { readonly toJSON?: unknown };
  const said: unknown = typeof toJSON === 'function' ? toJSON.call(data, 'data') : data;
  const left = typeof said === 'function' || typeof said === 'symbol' || (said === undefined && data !== undefined);
  if (left) throw new TypeError(`data must be something that its codec can carry, got ${typeof data}`);
}
