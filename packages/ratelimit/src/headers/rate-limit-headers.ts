import type { Decision } from '../limiter/decision.ts';
import { listFields } from './list-fields.ts';
import { retryAfterSeconds } from './seconds.ts';
import { draft6Fields, draft7Fields, legacyFields } from './single-limit-fields.ts';

/**
 * How limits are told to clients: a version of the IETF draft "RateLimit header fields for HTTP", or the `X-RateLimit-*` that
 * came before it. Drafts 8 to 10 tell of all limits, the others of one.
 */
export type HeaderFormat = 'draft-10' | 'draft-8' | 'draft-7' | 'draft-6' | 'legacy';

/** Options of {@link rateLimitHeaders}. */
export interface RateLimitHeadersOptions {
  /**
   * One format or several at once; where two use the same field, the first one has it.
   * @defaultValue 'draft-10'
   */
  readonly format?: HeaderFormat | readonly HeaderFormat[];
  /** What the count is kept for, by name of the limit: sent as partition key (`pk`) in drafts 8 to 10. */
  readonly partition?: Readonly<Record<string, string>>;
}

/** Writes one format. */
export type FieldWriter = (decision: Decision, partition?: Readonly<Record<string, string>>) => Record<string, string>;

/**
 * The headers that tell a client how its limits stand, and with a rejection when to come back (`Retry-After`, in every format).
 * Shadow limits are left out; where no limit is left there is no header.
 *
 * @throws TypeError for an unknown format.
 *
 * @example
 * ```ts
 * const decision = await limiter.take(ip);
 * for (const [name, value] of Object.entries(rateLimitHeaders(decision))) response.setHeader(name, value);
 * ```
 */
export function rateLimitHeaders(decision: Decision, options?: RateLimitHeadersOptions): Record<string, string> {
  const { format = 'draft-10', partition } = options ?? {};
  const fields =
    typeof format === 'string' ? writerOf(format)(decision, partition) : merged(format, decision, partition);
  const seconds = retryAfterSeconds(decision);
  if (seconds !== undefined) fields['Retry-After'] = `${seconds}`;
  return fields;
}

const writers: Readonly<Record<HeaderFormat, FieldWriter>> = {
  'draft-10': listFields,
  'draft-8': listFields,
  'draft-7': draft7Fields,
  'draft-6': draft6Fields,
  legacy: legacyFields,
};

function writerOf(format: HeaderFormat): FieldWriter {
  if (Object.hasOwn(writers, format)) return writers[format];
  throw new TypeError(`format must be one of ${Object.keys(writers).join(', ')}, got ${String(format)}`);
}

function merged(
  formats: readonly HeaderFormat[],
  decision: Decision,
  partition: RateLimitHeadersOptions['partition'],
): Record<string, string> {
  // Later ones first: what is written last stays.
  return Object.assign({}, ...formats.map((format) => writerOf(format)(decision, partition)).reverse());
}
