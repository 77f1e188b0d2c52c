import type { Cache } from '../api/cache.ts';
import type { Invalidation, Target } from '../api/target.ts';
import { checkCache, ensureOpen } from '../options/check-cache.ts';
import { checkObject } from '../options/check-names.ts';
import { checkedRequest } from './checked-request.ts';
import type { HttpCache, HttpTarget, Produce } from './http-cache.ts';
import { type HttpCacheOptions, type HttpCachePlan, httpCachePlan } from './http-cache-options.ts';
import type { HttpRequestFacts } from './http-facts.ts';
import { KEY_PREFIX, urlTag } from './http-keys.ts';
import { HttpLookup } from './http-lookup.ts';
import { cutPrefix, sameUrl } from './http-url.ts';
import { passBy } from './pass-by.ts';
import { requestWish } from './request-wish.ts';

/**
 * Creates a shared HTTP cache (RFC 9111) in a cache: answers are keyed by URL, partition and the headers they vary by, loaded
 * once for all who wait, confirmed by ETag, served stale where they allow it, and gone when their URL is written.
 *
 * @throws TypeError or RangeError for what is no cache and for an option that cannot be; `handle` rejects with a TypeError for what is no
 * request, and where the source gives what is no answer. Once the cache is disposed of the source is not asked any more.
 *
 * @example
 * ```ts
 * const http = createHttpCache(createCache());
 * const answer = await http.handle(
 *   { method: 'GET', url: '/cities/1', headers: {} },
 *   async () => ({ status: 200, headers: { 'cache-control': 'max-age=60' }, body: 'Berlin' }),
 * );
 * answer.outcome; // 'miss', then 'hit' for a minute
 * ```
 */
export function createHttpCache(cache: Cache, options: HttpCacheOptions = {}): HttpCache {
  checkCache(cache);
  const plan = httpCachePlan(options);
  const forget = (urls: readonly string[]) => cache.invalidate({ tags: urls.map((url) => urlTag(url, plan)) });
  return {
    handle: (request, produce) => handle(cache, plan, forget, request, produce),
    invalidate: async (target) => cache.invalidate(targetOf(target, plan)),
  };
}

async function handle(
  cache: Cache,
  plan: HttpCachePlan,
  forget: (urls: readonly string[]) => Promise<Invalidation>,
  request: HttpRequestFacts,
  produce: Produce,
) {
  if (typeof produce !== 'function') throw new TypeError(`produce must be a function, got ${typeof produce}`);
  const wish = requestWish(checkedRequest(request));
  // What could not be forgotten afterwards is not done.
  ensureOpen(cache);
  if (wish.bypass) return passBy(request, produce, forget);
  return new HttpLookup(cache, plan, request, produce, wish).answer();
}

/** @throws TypeError unless exactly one thing is named. */
function targetOf(target: HttpTarget, plan: HttpCachePlan): Target {
  checkObject('target', target);
  const [name, ...others] = Object.keys(target);
  if (others.length > 0) throw new TypeError('target must have one of url, tags and prefix, got several');
  if ('url' in target && typeof target.url === 'string') return { tags: [urlTag(target.url, plan)] };
  if ('tags' in target) return { tags: target.tags };
  if ('prefix' in target && typeof target.prefix === 'string' && target.prefix !== '') {
    return { prefix: `${KEY_PREFIX}${cutPrefix(sameUrl(target.prefix, plan.ignoreQuery))}` };
  }
  throw new TypeError(`target must have one of url, tags and prefix, got ${name ?? 'none'}`);
}
