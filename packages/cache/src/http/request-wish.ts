import { cacheControl, secondsOf } from './cache-control.ts';
import { headerLines } from './header-lines.ts';
import type { HttpRequestFacts } from './http-facts.ts';

/** What a request asks of a cache (RFC 9111, section 5.2.1). */
export interface RequestWish {
  /** The cache is neither asked nor filled. */
  readonly bypass: boolean;
  /** No answer of before will do. */
  readonly anew: boolean;
  /** How old an answer may be, and how long it has to be fresh yet, in milliseconds. */
  readonly maxAgeMs: number;
  readonly minFreshMs: number;
  /** The source is not to be asked. */
  readonly onlyIfCached: boolean;
}

export function requestWish(request: HttpRequestFacts): RequestWish {
  const { method, headers } = request;
  const directives = cacheControl(headers);
  const isRead = ['GET', 'HEAD'].includes(method.toUpperCase());
  const maxAge = secondsOf(directives, 'max-age');
  // Of old, for those who do not know Cache-Control.
  const isPragma =
    headerLines(headers, 'cache-control').length === 0 && headerLines(headers, 'pragma').join().includes('no-cache');
  return {
    bypass: !isRead || directives.has('no-store') || headerLines(headers, 'range').length > 0,
    anew: directives.has('no-cache') || isPragma || maxAge === 0 || Number.isNaN(maxAge),
    maxAgeMs: (maxAge ?? Number.POSITIVE_INFINITY) * 1_000,
    minFreshMs: (secondsOf(directives, 'min-fresh') || 0) * 1_000,
    onlyIfCached: directives.has('only-if-cached'),
  };
}
