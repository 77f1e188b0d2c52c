import type { Decision } from '../limiter/decision.ts';
import { rateLimitHeaders } from './rate-limit-headers.ts';

/** The members of a problem document (RFC 9457) about a rate limit. */
export interface ProblemDetails {
  /** A URI that names the kind of problem. */
  readonly type: string;
  readonly title: string;
  /** A URI that names this occurrence. */
  readonly instance?: string;
  /** Names of the limits that said no. */
  readonly 'violated-policies': readonly string[];
}

/** A whole answer to a call that was refused. */
export interface RateLimitProblem {
  readonly status: 429 | 503;
  readonly headers: Record<string, string>;
  /** For `JSON.stringify`. */
  readonly body: ProblemDetails;
}

/** Options of {@link rateLimitProblem}. */
export interface RateLimitProblemOptions {
  /** A URI that names this occurrence, for whoever reads the log beside it. */
  readonly instance?: string;
}

/**
 * The answer to a rejected call as a problem document, its kinds registered by the draft "RateLimit header fields for HTTP":
 * 429 `quota-exceeded`; 429 `abnormal-usage-detected` when a limit is blocked; 503 `temporary-reduced-capacity` when it was not
 * the client, but a store that failed under a limit with `onStoreError: 'closed'`.
 *
 * @throws TypeError when the decision is an allowed one.
 *
 * @example
 * ```ts
 * const { status, headers, body } = rateLimitProblem(decision);
 * response.writeHead(status, headers).end(JSON.stringify(body));
 * ```
 */
export function rateLimitProblem(decision: Decision, options?: RateLimitProblemOptions): RateLimitProblem {
  if (decision.allowed) throw new TypeError('decision must be a rejected one, got an allowed one');
  const { status, name, title } = kindOf(decision);
  const instance = options?.instance;
  return {
    status,
    headers: { 'Content-Type': 'application/problem+json', ...rateLimitHeaders(decision) },
    body: {
      type: `https://iana.org/assignments/http-problem-types#${name}`,
      title,
      ...(instance === undefined ? {} : { instance }),
      'violated-policies': decision.violated,
    },
  };
}

interface Kind {
  readonly status: 429 | 503;
  readonly name: string;
  readonly title: string;
}

function kindOf({ source, violated, limits }: Decision): Kind {
  // A limit that is closed refuses, so a rejection by the strictest source is its.
  if (source === 'closed') return reduced;
  return violated.some((name) => limits[name]?.blocked) ? abnormal : exceeded;
}

const exceeded: Kind = {
  status: 429,
  name: 'quota-exceeded',
  title: 'Request cannot be satisfied as assigned quota has been exceeded',
};
const reduced: Kind = {
  status: 503,
  name: 'temporary-reduced-capacity',
  title: 'Request cannot be satisfied due to temporary server capacity constraints',
};
const abnormal: Kind = {
  status: 429,
  name: 'abnormal-usage-detected',
  title: 'Request not satisfied due to detection of abnormal request pattern',
};
