import { systemClock } from '@xc/core';
import { fieldOf, type HeaderSource } from './header-source.ts';
import { draft6Items, draft7Items, legacyItems, listItems } from './rate-limit-dialects.ts';
import type { RateLimitHint, RateLimitItem } from './rate-limit-hint.ts';
import { retryAfterMs } from './retry-after.ts';

/** Options of {@link parseRateLimit}. */
export interface ParseRateLimitOptions {
  /**
   * Epoch milliseconds at which the response came, for dates.
   * @defaultValue the time of the system
   */
  readonly now?: number;
}

/**
 * Reads what a server says of its limits: `Retry-After`, and the first of these that is well formed: `RateLimit` of drafts 8 to
 * 10, of draft 7, `RateLimit-*` of draft 6, `X-RateLimit-*`. A malformed field is ignored whole, and so are all but
 * `Retry-After` in a response that a cache has kept (`Age` above 0). `undefined` when nothing is left. Never throws.
 *
 * @example
 * ```ts
 * const hint = parseRateLimit(response.headers);
 * if (hint?.remaining === 0) await sleep(hint.resetAfterMs ?? 1_000);
 * ```
 */
export function parseRateLimit(headers: HeaderSource, options?: ParseRateLimitOptions): RateLimitHint | undefined {
  if (typeof headers !== 'object' || headers === null) return undefined;
  const items = isFromCache(headers) ? [] : itemsOf(headers, options?.now);
  const retryAfter = fieldOf(headers, 'retry-after');
  const retryMs = retryAfter === undefined ? undefined : retryAfterMs(retryAfter, options?.now ?? systemClock.now());
  const scarcest = scarcestOf(items);
  if (scarcest === undefined && retryMs === undefined) return undefined;
  const hint: { -readonly [Key in keyof RateLimitHint]: RateLimitHint[Key] } = { items };
  if (scarcest !== undefined) hint.remaining = scarcest.remaining;
  if (scarcest?.limit !== undefined) hint.limit = scarcest.limit;
  if (scarcest?.resetAfterMs !== undefined) hint.resetAfterMs = scarcest.resetAfterMs;
  if (retryMs !== undefined) hint.retryAfterMs = retryMs;
  return hint;
}

function isFromCache(headers: HeaderSource): boolean {
  const age = fieldOf(headers, 'age');
  return age !== undefined && Number.parseInt(age, 10) > 0;
}

function itemsOf(headers: HeaderSource, now: number | undefined): readonly RateLimitItem[] {
  const field = fieldOf(headers, 'ratelimit');
  if (field !== undefined) {
    const items = listItems(field, fieldOf(headers, 'ratelimit-policy')) ?? draft7Items(field);
    if (items !== undefined) return items;
  }
  return draft6Items(headers) ?? legacyItems(headers, now) ?? [];
}

/** The item with the fewest units left; of several, the one that takes longest. */
function scarcestOf(items: readonly RateLimitItem[]): RateLimitItem | undefined {
  let scarcest: RateLimitItem | undefined;
  for (const item of items) if (scarcest === undefined || isScarcer(item, scarcest)) scarcest = item;
  return scarcest;
}

function isScarcer(item: RateLimitItem, than: RateLimitItem): boolean {
  if (item.remaining !== than.remaining) return item.remaining < than.remaining;
  return (item.resetAfterMs ?? 0) > (than.resetAfterMs ?? 0);
}
