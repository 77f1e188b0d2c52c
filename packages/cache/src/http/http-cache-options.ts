import { describe } from '../keys/check-key.ts';
import { checkNames } from '../options/check-names.ts';
import { isStatus } from './checked-answer.ts';
import type { HttpRequestFacts, HttpResponseFacts } from './http-facts.ts';

/** Options of {@link createHttpCache} and {@link httpStorable}. */
export interface HttpCacheOptions {
  /**
   * Request headers that every answer depends on, besides those that its `Vary` names.
   * @defaultValue []
   */
  readonly vary?: readonly string[];
  /**
   * How long an answer is fresh that says nothing about it, in milliseconds; 0: not at all.
   * @defaultValue 0
   */
  readonly defaultTtlMs?: number;
  /**
   * Larger bodies are not stored.
   * @defaultValue 1_048_576
   */
  readonly maxBodyBytes?: number;
  /**
   * Names of the query that no answer depends on; a star at the end stands for anything.
   * @defaultValue ['utm_*', 'gclid', 'fbclid']
   */
  readonly ignoreQuery?: readonly string[];
  /**
   * Statuses that `defaultTtlMs` is for; others are stored where they say how long they are fresh.
   * @defaultValue [200, 203, 204, 300, 301, 308, 404, 410]
   */
  readonly statuses?: readonly number[];
  /**
   * Who shares answers with whom: a tenant, a language, a role.
   * @defaultValue everybody
   */
  readonly partition?: (request: HttpRequestFacts) => string | undefined;
  /** What to invalidate an answer by: at most 31, since that of the URL is one more. With others the request rejects. */
  readonly tags?: (request: HttpRequestFacts, response: HttpResponseFacts) => readonly string[];
  /**
   * How long after its expiry an answer may stand in where the source fails, in milliseconds; an answer may say more, or forbid it.
   * @defaultValue 0
   */
  readonly staleIfErrorMs?: number;
}

const NAMES: readonly (keyof HttpCacheOptions)[] = [
  'vary',
  'defaultTtlMs',
  'maxBodyBytes',
  'ignoreQuery',
  'statuses',
  'partition',
  'tags',
  'staleIfErrorMs',
];

/** All options, checked and filled in. */
export interface HttpCachePlan {
  readonly vary: readonly string[];
  readonly defaultTtlMs: number;
  readonly maxBodyBytes: number;
  readonly ignoreQuery: readonly string[];
  readonly statuses: readonly number[];
  readonly partition: (request: HttpRequestFacts) => string | undefined;
  readonly tags: (request: HttpRequestFacts, response: HttpResponseFacts) => readonly string[];
  readonly staleIfErrorMs: number;
}

/** @throws TypeError or RangeError naming the option. */
export function httpCachePlan(options: HttpCacheOptions = {}): HttpCachePlan {
  checkNames('options', options, NAMES);
  const plan = {
    vary: options.vary ?? [],
    defaultTtlMs: options.defaultTtlMs ?? 0,
    maxBodyBytes: options.maxBodyBytes ?? 1_048_576,
    ignoreQuery: options.ignoreQuery ?? ['utm_*', 'gclid', 'fbclid'],
    statuses: options.statuses ?? [200, 203, 204, 300, 301, 308, 404, 410],
    partition: options.partition ?? (() => undefined),
    tags: options.tags ?? (() => []),
    staleIfErrorMs: options.staleIfErrorMs ?? 0,
  };
  for (const name of ['defaultTtlMs', 'maxBodyBytes', 'staleIfErrorMs'] as const) checkAmount(name, plan[name]);
  const { maxBodyBytes } = plan;
  if (Number.isFinite(maxBodyBytes) && !Number.isInteger(maxBodyBytes)) {
    throw new RangeError(`maxBodyBytes must be an integer or Infinity, got ${maxBodyBytes}`);
  }
  checkList('vary', plan.vary, 'strings', isText);
  checkList('ignoreQuery', plan.ignoreQuery, 'strings', isText);
  checkList('statuses', plan.statuses, 'integers from 100 to 999', isStatus);
  for (const name of ['partition', 'tags'] as const) {
    if (typeof plan[name] !== 'function') throw new TypeError(`${name} must be a function, got ${typeof plan[name]}`);
  }
  return { ...plan, vary: plan.vary.map((name) => name.toLowerCase()) };
}

const isText = (value: unknown): boolean => typeof value === 'string';

/** @throws TypeError for what is no list or has anything else in it, RangeError for a number that is not in the range. */
function checkList(name: string, list: unknown, of: string, fits: (one: unknown) => boolean): void {
  if (!Array.isArray(list)) throw new TypeError(`${name} must be an array of ${of}, got ${describe(list)}`);
  const wrong = list.findIndex((one) => !fits(one));
  if (wrong < 0) return;
  const message = `${name} must be an array of ${of}, got ${describe(list[wrong])} in it`;
  throw fits !== isText && typeof list[wrong] === 'number' ? new RangeError(message) : new TypeError(message);
}

function checkAmount(name: string, value: number): void {
  if (typeof value !== 'number') throw new TypeError(`${name} must be a number, got ${typeof value}`);
  if (!(value >= 0)) throw new RangeError(`${name} must be 0 or more, got ${value}`);
}
