import { type CacheControl, cacheControl, secondsOf } from './cache-control.ts';
import { isStatus } from './checked-answer.ts';
import { ageOf, lifetimeOf } from './freshness.ts';
import { headerLines, headerNames } from './header-lines.ts';
import { type HttpCacheOptions, type HttpCachePlan, httpCachePlan } from './http-cache-options.ts';
import type { HttpRequestFacts, HttpResponseFacts } from './http-facts.ts';

/** Whether a shared cache may store an answer, for how long, and why (not). */
export interface HttpStorable {
  readonly store: boolean;
  /** How much longer it is fresh; 0 where it is not stored. */
  readonly ttlMs: number;
  /** How long it may be served after that while it is asked for anew; 0: not at all. */
  readonly staleWhileRevalidateMs: number;
  readonly reason: string;
}

/** Statuses whose meaning for caches is known: all that RFC 9110 defines and that can be final. */
const UNDERSTOOD: ReadonlySet<number> = new Set([
  200, 201, 202, 203, 204, 205, 300, 301, 302, 303, 305, 307, 308, 400, 401, 402, 403, 404, 405, 406, 407, 408, 409,
  410, 411, 412, 413, 414, 415, 416, 417, 421, 422, 426, 500, 501, 502, 503, 504, 505,
]);
const FORBIDDING = ['no-store', 'private', 'no-cache'];
const SHARING = ['public', 's-maxage', 'must-revalidate'];

/**
 * Pure: may a shared cache store this answer, for how long, and why not (RFC 9111).
 *
 * @throws TypeError or RangeError for an option that cannot be.
 */
export function httpStorable(
  request: HttpRequestFacts,
  response: HttpResponseFacts,
  options?: HttpCacheOptions,
): HttpStorable {
  return judge(request, response, httpCachePlan(options));
}

/** As {@link httpStorable}, with options that were checked. */
export function judge(request: HttpRequestFacts, response: HttpResponseFacts, plan: HttpCachePlan): HttpStorable {
  const directives = cacheControl(response.headers);
  const obstacle = obstacleOf(request, response, directives, plan);
  if (obstacle !== undefined) return refused(obstacle);
  const lifetime = lifetimeOf(response.headers, directives);
  const isListed = plan.statuses.includes(response.status);
  if (lifetime === undefined && (!isListed || plan.defaultTtlMs === 0)) return refused('says nothing about freshness');
  // Nonsense in the age is 0, nonsense in the lifetime is stale: each what the standard asks for.
  const ttlMs = (lifetime?.ms ?? plan.defaultTtlMs) - (ageOf(response.headers) || 0);
  if (!(ttlMs > 0)) return refused(`stale by ${lifetime?.by ?? 'age'}`);
  return {
    store: true,
    ttlMs,
    staleWhileRevalidateMs: forbidsStale(directives) ? 0 : msOf(directives, 'stale-while-revalidate'),
    reason: `fresh by ${lifetime?.by ?? 'defaultTtlMs'}`,
  };
}

/** Whether the answer may not be served once it is stale, whatever happens. */
export function forbidsStale(directives: CacheControl): boolean {
  return directives.has('must-revalidate') || directives.has('proxy-revalidate');
}

/** Milliseconds of a directive; 0 where it is not there or nonsense. */
export function msOf(directives: CacheControl, name: string): number {
  return (secondsOf(directives, name) || 0) * 1_000;
}

function obstacleOf(
  request: HttpRequestFacts,
  { status, headers, body }: HttpResponseFacts,
  directives: CacheControl,
  plan: HttpCachePlan,
): string | undefined {
  if (request.method.toUpperCase() !== 'GET') return `method ${request.method}`;
  if (headerLines(request.headers, 'range').length > 0) return 'range';
  if (cacheControl(request.headers).has('no-store')) return 'no-store of the request';
  if (!isStatus(status) || status < 200 || status === 206 || status === 304) return `status ${status}`;
  if (directives.has('must-understand') && !UNDERSTOOD.has(status)) return `status ${status}`;
  const forbidding = FORBIDDING.find((name) => directives.has(name));
  if (forbidding !== undefined) return forbidding;
  if (headerLines(headers, 'set-cookie').length > 0) return 'set-cookie';
  if (headerNames(headers, 'vary').includes('*')) return 'vary *';
  const isPersonal = headerLines(request.headers, 'authorization').length > 0;
  if (isPersonal && !SHARING.some((name) => directives.has(name))) return 'authorization';
  const bytes = typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength;
  return bytes > plan.maxBodyBytes ? 'body too large' : undefined;
}

function refused(reason: string): HttpStorable {
  return { store: false, ttlMs: 0, staleWhileRevalidateMs: 0, reason };
}
