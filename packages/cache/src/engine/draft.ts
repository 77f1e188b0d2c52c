import type { Random } from '@xc/core';
import { describe } from '../keys/check-key.ts';
import { checkTags } from '../options/check-tags.ts';
import type { EntryPlan } from '../options/entry-plan.ts';
import type { StoredEntry, TierEntry } from '../tier/tier-entry.ts';

/** A value with all that is kept beside it, not stored anywhere yet. Its tags and its meta are frozen: they are handed out later. */
export interface Draft {
  readonly value: unknown;
  readonly negative: boolean;
  readonly tags: readonly string[];
  readonly meta: Readonly<Record<string, string>>;
  readonly loadMs: number;
  readonly ttlMs: number;
  readonly graceMs: number;
  readonly maxAgeMs: number;
  readonly slideMs: number;
}

/** What a loader said of its value. */
export interface Said {
  readonly ttlMs?: number;
  readonly tags: readonly string[];
  readonly meta: Readonly<Record<string, string>>;
}

/** Nobody said anything. */
const NOTHING_SAID: Said = { tags: [], meta: {} };

/** What to store of a loaded value; undefined: nothing. @throws what a function of the options throws. */
export function draftOfLoad(
  value: unknown,
  key: string,
  plan: EntryPlan,
  said: Said,
  loadMs: number,
  random: Random,
): Draft | undefined {
  const negative = plan.isNegative(value);
  let ttlMs = said.ttlMs ?? ttlOf(plan, value, key);
  if (negative && said.ttlMs === undefined) ttlMs = Math.min(plan.negativeTtlMs, ttlMs);
  return draft(value, key, plan, said, { loadMs, negative, ttlMs }, random);
}

/** What to store of a value that was set; undefined: nothing. Whoever sets null means it: that is a value. */
export function draftOfSet(value: unknown, key: string, plan: EntryPlan, random: Random): Draft | undefined {
  const negative = value === undefined;
  const given = ttlOf(plan, value, key);
  const facts = { loadMs: 0, negative, ttlMs: negative ? Math.min(plan.negativeTtlMs, given) : given };
  return draft(value, key, plan, NOTHING_SAID, facts, random);
}

function draft(
  value: unknown,
  key: string,
  plan: EntryPlan,
  said: Said,
  facts: { readonly loadMs: number; readonly negative: boolean; readonly ttlMs: number },
  random: Random,
): Draft | undefined {
  if (!(facts.ttlMs > 0)) return undefined;
  const jittered = plan.jitter === 0 ? facts.ttlMs : facts.ttlMs * (1 - plan.jitter * random.next());
  const ttlMs = Math.min(jittered, plan.maxAgeMs);
  return {
    value,
    negative: facts.negative,
    tags: tagsOf(plan, value, key, said.tags),
    meta: Object.freeze(said.meta),
    loadMs: facts.loadMs,
    ttlMs,
    graceMs: plan.graceMs,
    maxAgeMs: plan.maxAgeMs,
    slideMs: plan.sliding ? ttlMs : 0,
  };
}

function ttlOf(plan: EntryPlan, value: unknown, key: string): number {
  if (typeof plan.ttlMs === 'number') return plan.ttlMs;
  const ttlMs = plan.ttlMs(value, key);
  if (typeof ttlMs !== 'number' || Number.isNaN(ttlMs)) {
    throw new TypeError(`ttlMs must answer a number of milliseconds, got ${describe(ttlMs)}`);
  }
  return ttlMs;
}

/** All tags of a value: those that its loader said, else those of the options. */
export function tagsOf(plan: EntryPlan, value: unknown, key: string, said: readonly string[]): readonly string[] {
  const own = said.length > 0 ? said : typeof plan.tags === 'function' ? plan.tags(value, key) : plan.tags;
  // Those of the options have been checked.
  if (own !== plan.tags) checkTags(own);
  if (own.length === 0) return NO_TAGS;
  const tags = [...new Set(own)];
  checkTags(tags);
  return Object.freeze(tags);
}

const NO_TAGS: readonly string[] = Object.freeze([]);

/** As the second level takes it. 'Nothing' travels in a list, so that undefined does too. */
export function toTier(draft: Draft): TierEntry {
  if (!draft.negative) return draft;
  return { ...draft, value: draft.value === undefined ? [] : [draft.value] };
}

/** The value of an entry of the second level. */
export function valueIn(entry: StoredEntry): unknown {
  return entry.negative && Array.isArray(entry.value) ? entry.value[0] : entry.value;
}
