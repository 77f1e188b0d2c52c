import { cacheKey } from '../keys/cache-key.ts';
import { headerLines, headerValue } from './header-lines.ts';
import type { HttpCachePlan } from './http-cache-options.ts';
import type { HttpHeaders, HttpRequestFacts } from './http-facts.ts';
import { cutUrl, sameUrl } from './http-url.ts';

/** What stands before the URL in every key, so that a prefix of URLs is a prefix of keys. */
export const KEY_PREFIX = 'http:';

/** The key of a request, as far as the headers named matter; more names make another key. */
export function requestKey(request: HttpRequestFacts, names: readonly string[], plan: HttpCachePlan): string {
  const url = cutUrl(sameUrl(request.url, plan.ignoreQuery));
  const host = headerValue(request.headers, 'host');
  const values = variantOf(request.headers, [...plan.vary, ...names]);
  return `${KEY_PREFIX}${url}\n${cacheKey(plan.partition(request), host, values)}`;
}

/** By what all answers of a URL are invalidated, whatever they vary by. */
export function urlTag(url: string, plan: HttpCachePlan): string {
  return `${KEY_PREFIX}${cacheKey(sameUrl(url, plan.ignoreQuery))}`;
}

/** What a request says in these headers; lists without needless white space. */
export function variantOf(headers: HttpHeaders, names: readonly string[]): Readonly<Record<string, string | null>> {
  const variant: Record<string, string | null> = Object.create(null);
  for (const name of [...names].sort()) variant[name] = said(headers, name);
  return { ...variant };
}

function said(headers: HttpHeaders, name: string): string | null {
  const lines = headerLines(headers, name);
  if (lines.length === 0) return null;
  const members = lines.join(',').split(',');
  return members.map((member) => member.trim()).join(',');
}
