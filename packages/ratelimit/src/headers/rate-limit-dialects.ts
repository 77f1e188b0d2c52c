import { systemClock } from '@xc/core';
import { fieldOf, type HeaderSource } from './header-source.ts';
import type { RateLimitItem } from './rate-limit-hint.ts';
import {
  type BareItem,
  parseStructuredDictionary,
  parseStructuredItem,
  parseStructuredList,
  type StructuredItem,
} from './structured-field.ts';

/** Drafts 8 to 10: a List of named limits, each joined with its policy if there is one. */
export function listItems(field: string, policyField: string | undefined): readonly RateLimitItem[] | undefined {
  const services = parseStructuredList(field);
  if (services === undefined || services.length === 0) return undefined;
  const policies = policyField === undefined ? [] : policiesOf(policyField);
  const items: RateLimitItem[] = [];
  for (const service of services) {
    const item = serviceItem(service, policies);
    if (item === undefined) return undefined;
    items.push(item);
  }
  return items;
}

/** Draft 7: a Dictionary of three numbers. */
export function draft7Items(field: string): readonly RateLimitItem[] | undefined {
  const members = parseStructuredDictionary(field);
  if (members === undefined) return undefined;
  const [remaining, limit, reset] = ['remaining', 'limit', 'reset'].map((key) => members.get(key)?.value);
  return isCount(remaining) && isOptionalCount(limit) && isOptionalCount(reset)
    ? [item(remaining, limit, milliseconds(reset))]
    : undefined;
}

/** Draft 6: a field for each of three numbers. */
export function draft6Items(headers: HeaderSource): readonly RateLimitItem[] | undefined {
  const count = (name: string) => {
    const field = fieldOf(headers, name);
    const value = field === undefined ? undefined : parseStructuredItem(field)?.value;
    return isCount(value) ? value : undefined;
  };
  const remaining = count('ratelimit-remaining');
  if (remaining === undefined) return undefined;
  return [item(remaining, count('ratelimit-limit'), milliseconds(count('ratelimit-reset')))];
}

/** Before the drafts: the same three, and everybody has his own idea of what a reset is. */
export function legacyItems(headers: HeaderSource, now: number | undefined): readonly RateLimitItem[] | undefined {
  const count = (name: string) => {
    const text = fieldOf(headers, name)?.trim();
    return text !== undefined && /^\d{1,15}(?:\.\d{1,9})?$/.test(text) ? Number(text) : undefined;
  };
  const remaining = count('x-ratelimit-remaining');
  if (remaining === undefined) return undefined;
  const reset = count('x-ratelimit-reset');
  const resetMs = reset === undefined ? undefined : resetMsOf(reset, now ?? systemClock.now());
  return [item(remaining, count('x-ratelimit-limit'), resetMs)];
}

/** A reset above 1e12 is epoch milliseconds, one above 1e9 epoch seconds, and any other seconds from now. */
function resetMsOf(reset: number, now: number): number {
  if (reset <= 1e9) return Math.ceil(reset * 1_000);
  return Math.max(0, Math.ceil((reset > 1e12 ? reset : reset * 1_000) - now));
}

function serviceItem({ value, parameters }: StructuredItem, policies: readonly Policy[]): RateLimitItem | undefined {
  const remaining = parameters.get('r');
  const reset = parameters.get('t');
  const partition = parameters.get('pk');
  if (typeof value !== 'string' || !isCount(remaining) || !isOptionalCount(reset)) return undefined;
  if (partition !== undefined && !(partition instanceof Uint8Array)) return undefined;
  const policy = policies.find(({ name }) => name === value);
  const found: Mutable<RateLimitItem> = item(remaining, policy?.limit, milliseconds(reset));
  found.name = value;
  if (policy?.windowMs !== undefined) found.windowMs = policy.windowMs;
  if (policy?.unit !== undefined) found.unit = policy.unit;
  if (partition !== undefined) found.partition = new TextDecoder().decode(partition);
  return found;
}

interface Policy {
  readonly name: string;
  readonly limit: number;
  readonly windowMs: number | undefined;
  readonly unit: string | undefined;
}

function policiesOf(field: string): readonly Policy[] {
  const policies: Policy[] = [];
  for (const { value, parameters } of parseStructuredList(field) ?? []) {
    const limit = parameters.get('q');
    const seconds = parameters.get('w');
    const unit = parameters.get('qu');
    if (typeof value !== 'string' || !isCount(limit) || !isOptionalCount(seconds)) return [];
    if (unit !== undefined && typeof unit !== 'string') return [];
    policies.push({ name: value, limit, windowMs: milliseconds(seconds), unit });
  }
  return policies;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Written to one by one: spreading costs more than parsing (bench `around`, row `parseRateLimit`). */
function item(remaining: number, limit: number | undefined, resetAfterMs: number | undefined): RateLimitItem {
  const found: Mutable<RateLimitItem> = { remaining };
  if (limit !== undefined) found.limit = limit;
  if (resetAfterMs !== undefined) found.resetAfterMs = resetAfterMs;
  return found;
}

function milliseconds(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : seconds * 1_000;
}

function isCount(value: BareItem | undefined): value is number {
  return typeof value === 'number' && value >= 0;
}

function isOptionalCount(value: BareItem | undefined): value is number | undefined {
  return value === undefined || isCount(value);
}
