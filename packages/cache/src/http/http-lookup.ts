import type { Cache } from '../api/cache.ts';
import type { Entry } from '../api/entry.ts';
import type { EntryOptions } from '../api/entry-options.ts';
import { checkedAnswer } from './checked-answer.ts';
import type { HttpOutcome, Produce } from './http-cache.ts';
import type { HttpCachePlan } from './http-cache-options.ts';
import type { HttpRequestFacts, HttpResponseFacts } from './http-facts.ts';
import { requestKey, urlTag } from './http-keys.ts';
import { HttpLoad, type Unstored } from './http-load.ts';
import { hasAlready, notModified } from './not-modified.ts';
import type { RequestWish } from './request-wish.ts';
import { fromStored, isFor, type StoredResponse } from './stored-response.ts';

type Answer = HttpResponseFacts & { readonly outcome: HttpOutcome };
type Found = Entry<StoredResponse>;

/** How long a stale answer is kept to be confirmed or to stand in, unless the one before asked for longer. */
const KEPT_STALE_MS = 3_600_000;
/** So often an answer may vary by headers that those before did not name. */
const MOST_LEVELS = 4;
const SOURCE_FAILED = [500, 502, 503, 504];

/**
 * Finds the answer of one request. What a URL varies by is known from its answers alone: the first one is stored under the URL; a
 * request that it is not for looks further under the URL and its own values of the headers that this one names.
 */
export class HttpLookup {
  readonly #cache: Cache;
  readonly #plan: HttpCachePlan;
  readonly #request: HttpRequestFacts;
  readonly #produce: Produce;
  readonly #wish: RequestWish;

  constructor(cache: Cache, plan: HttpCachePlan, request: HttpRequestFacts, produce: Produce, wish: RequestWish) {
    this.#cache = cache;
    this.#plan = plan;
    this.#request = request;
    this.#produce = produce;
    this.#wish = wish;
  }

  async answer(names: readonly string[] = [], level = 1): Promise<Answer> {
    const key = requestKey(this.#request, names, this.#plan);
    const found = await this.#cache.entry<StoredResponse>(key);
    if (found !== undefined && !isFor(found.value, this.#request)) return this.#further(found.value, names, level);
    if (found !== undefined && this.#isGoodEnough(found)) {
      this.#count(key);
      return this.#finish(given(found), 'hit');
    }
    if (this.#wish.onlyIfCached) return { status: 504, headers: {}, body: '', outcome: 'bypass' };
    if (this.#request.method.toUpperCase() === 'HEAD') return this.#finish(await this.#ask(), 'miss');
    if (found !== undefined && !this.#wish.anew && staleFor(found) < found.value.whileRevalidateMs) {
      this.#refresh(key, found);
      return this.#finish(given(found), 'stale');
    }
    // Not fresh for this request: so it is asked for again, and what comes serves all.
    if (found?.state === 'fresh') await this.#cache.expire({ key });
    return this.#load(key, found, names, level);
  }

  async #load(key: string, found: Found | undefined, names: readonly string[], level: number): Promise<Answer> {
    const load = new HttpLoad(this.#request, this.#produce, this.#plan);
    const result = await this.#cache.getOrSet<StoredResponse | Unstored>(key, load.run, this.#options(found));
    if (result.kind === 'failed') return this.#standIn(key, result.error);
    if (result.kind === 'answered') {
      if (SOURCE_FAILED.includes(result.response.status)) {
        const stale = await this.#allowedStale(key);
        if (stale !== undefined) return this.#finish(given(stale), 'stale');
      }
      // What may not be stored may not be shared with those who waited either.
      const own = result.by === load;
      return this.#finish(own ? result.response : await this.#ask(), own && load.revalidated ? 'revalidated' : 'miss');
    }
    if (!isFor(result, this.#request)) return this.#further(result, names, level);
    if (!load.ran) return this.#finish(fromStored(result, 0), 'hit');
    if (!load.done) return this.#finish(fromStored(result, found?.ageMs ?? 0), 'stale');
    return this.#finish(fromStored(result), load.revalidated ? 'revalidated' : 'miss');
  }

  /** A look at an entry is no request of the cache, and what is requested is to stay. */
  #count(key: string): void {
    if (this.#cache.peek(key) !== undefined) this.#cache.get(key).catch(() => {});
  }

  #further(other: StoredResponse, names: readonly string[], level: number): Promise<Answer> {
    const more = [...new Set([...names, ...Object.keys(other.variant)])];
    if (level < MOST_LEVELS && more.length > names.length) return this.answer(more, level + 1);
    return this.#ask().then((response) => this.#finish(response, 'miss'));
  }

  #refresh(key: string, found: Found): void {
    const load = new HttpLoad(this.#request, this.#produce, this.#plan);
    this.#cache.prefetch<StoredResponse | Unstored>(key, load.run, this.#options(found));
  }

  async #standIn(key: string, error: unknown): Promise<Answer> {
    const stale = await this.#allowedStale(key);
    if (stale === undefined) throw error;
    return this.#finish(given(stale), 'stale');
  }

  /** Read again: it may have been invalidated while the source was asked, and then nothing may stand in. */
  async #allowedStale(key: string): Promise<Found | undefined> {
    const found = await this.#cache.entry<StoredResponse>(key);
    if (found === undefined || !isFor(found.value, this.#request)) return undefined;
    return staleFor(found) < found.value.ifErrorMs ? found : undefined;
  }

  #isGoodEnough(found: Found): boolean {
    const { anew, maxAgeMs, minFreshMs } = this.#wish;
    if (found.state !== 'fresh' || anew) return false;
    return found.value.ageMs + found.ageMs <= maxAgeMs && found.ttlLeftMs >= minFreshMs;
  }

  #options(found: Found | undefined): EntryOptions<StoredResponse | Unstored> {
    const { whileRevalidateMs = 0, ifErrorMs = 0 } = found?.value ?? {};
    return {
      graceMs: Math.max(KEPT_STALE_MS, whileRevalidateMs, ifErrorMs, this.#plan.staleIfErrorMs),
      jitter: 0,
      sliding: false,
      earlyRefresh: 'off',
      errorTtlMs: 0,
      isNegative: () => false,
      tags: [urlTag(this.#request.url, this.#plan)],
    };
  }

  async #ask(): Promise<HttpResponseFacts> {
    return checkedAnswer(await this.#produce({ signal: new AbortController().signal }));
  }

  #finish(response: HttpResponseFacts, outcome: HttpOutcome): Answer {
    if (response.status === 304) return { ...response, outcome: 'not-modified' };
    if (response.status === 200 && hasAlready(this.#request, response)) {
      return { ...notModified(response), outcome: 'not-modified' };
    }
    const isHead = this.#request.method.toUpperCase() === 'HEAD';
    return { ...response, ...(isHead && { body: '' }), outcome };
  }
}

function given(found: Found): HttpResponseFacts {
  return fromStored(found.value, found.ageMs);
}

/** Milliseconds since it was fresh. */
function staleFor({ ageMs, value }: Found): number {
  return Math.max(0, ageMs - value.ttlMs);
}
