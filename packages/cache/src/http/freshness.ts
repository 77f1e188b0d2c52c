import { type CacheControl, deltaSeconds, secondsOf } from './cache-control.ts';
import { headerLines } from './header-lines.ts';
import { httpDate } from './http-date.ts';
import type { HttpHeaders } from './http-facts.ts';

const SECOND = 1_000;
const MOST_MS = 2 ** 31 * SECOND;

/** How long an answer says that it is fresh in a shared cache, from when it was made. */
export interface Lifetime {
  /** `NaN` where it cannot be told. */
  readonly ms: number;
  /** Which field said so. */
  readonly by: 's-maxage' | 'max-age' | 'expires';
}

/** `s-maxage`, then `max-age`, then `Expires` minus `Date` (RFC 9111, section 4.2.1); undefined where the answer says nothing. */
export function lifetimeOf(headers: HttpHeaders, directives: CacheControl): Lifetime | undefined {
  for (const by of ['s-maxage', 'max-age'] as const) {
    const seconds = secondsOf(directives, by);
    if (seconds !== undefined) return { ms: seconds * SECOND, by };
  }
  const expires = headerLines(headers, 'expires');
  if (expires.length === 0) return undefined;
  if (expires.some((line) => line !== expires[0])) return { ms: Number.NaN, by: 'expires' };
  // Without a date there is nothing to measure it by: clocks differ.
  const date = httpDate(headerLines(headers, 'date')[0] ?? '');
  return { ms: Math.min(MOST_MS, httpDate(expires[0] as string) - date), by: 'expires' };
}

/**
 * How old the answer was when it came, in milliseconds; `NaN` where `Age` is nonsense. Of a list the first member counts (RFC 9111,
 * section 5.1), of several lines the oldest, but nothing where one age was sent twice: nobody can tell whether two caches meant the
 * same stay.
 */
export function ageOf(headers: HttpHeaders): number {
  const lines = headerLines(headers, 'age');
  if (lines.length === 0) return 0;
  const members = lines.flatMap((line) => line.split(',')).map((member) => member.trim());
  if (members.length > 1 && new Set(members).size === 1) return Number.NaN;
  return Math.max(...lines.map((line) => deltaSeconds(line.split(',')[0] as string))) * SECOND;
}
