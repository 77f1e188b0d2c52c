import { headerLines } from './header-lines.ts';
import type { HttpHeaders } from './http-facts.ts';

/** Directives of `Cache-Control` by name in lower case, each with all values that were given: '' for none. */
export type CacheControl = ReadonlyMap<string, readonly string[]>;

/** `name`, `name=token` or `name="quoted"`; what is quoted contains no directive (RFC 9111, section 5.2). */
const DIRECTIVE = /([^\s,="]+)\s*(?:=\s*(?:"((?:[^"\\]|\\[\s\S])*)"|([^,]*)))?/g;

const MOST_SECONDS = 2 ** 31;

export function cacheControl(headers: HttpHeaders): CacheControl {
  const directives = new Map<string, string[]>();
  for (const [, name = '', quoted, token] of headerLines(headers, 'cache-control').join(',').matchAll(DIRECTIVE)) {
    const values = directives.get(name.toLowerCase()) ?? [];
    values.push(quoted ?? token?.trim() ?? '');
    directives.set(name.toLowerCase(), values);
  }
  return directives;
}

/**
 * Seconds of a directive: undefined where it is not there, `NaN` where it is nonsense or two values differ. More than 2^31 counts
 * as 2^31.
 */
export function secondsOf(directives: CacheControl, name: string): number | undefined {
  const values = directives.get(name);
  if (values === undefined) return undefined;
  const seconds = values.map(deltaSeconds);
  return seconds.every((one) => one === seconds[0]) ? seconds[0] : Number.NaN;
}

/** Digits and nothing else. */
export function deltaSeconds(text: string): number {
  return /^\d+$/.test(text.trim()) ? Math.min(MOST_SECONDS, Number(text)) : Number.NaN;
}
