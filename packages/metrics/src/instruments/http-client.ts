import { type Clock, isXcError, type Meter, systemClock } from '@xc/core';
import { latencyBuckets } from '../buckets.ts';
import { methodLabel, statusLabel } from './http-labels.ts';

/** Options of {@link instrumentHttpClient}. */
export interface HttpClientOptions {
  /** The hosts that have a series of their own; any other is `__other__`. */
  readonly hosts?: readonly string[];
  /**
   * In seconds.
   * @defaultValue latencyBuckets
   */
  readonly buckets?: readonly number[];
  /** @defaultValue systemClock */
  readonly clock?: Clock;
}

/** Measures the calls of an HTTP client, from plain facts. */
export interface HttpClientInstrument {
  /** A request goes out. */
  begin(facts: { readonly method: string; readonly host: string }): HttpCall;
}

/** One call on its way. */
export interface HttpCall {
  /** It is over, by a response or by an error; a second call does nothing. */
  end(facts: { readonly status?: number; readonly error?: unknown }): void;
}

/** Measures the calls of an HTTP client: duration by method, host and outcome, and how many are in flight. */
export function instrumentHttpClient(meter: Meter, options: HttpClientOptions = {}): HttpClientInstrument {
  const { hosts, buckets = latencyBuckets, clock = systemClock } = options;
  const known = hosts === undefined ? undefined : new Set(hosts.map(hostLabel));
  const duration = meter.histogram({
    name: 'http_client_request_duration_seconds',
    help: 'Time from a request to the end of its response, or to its failure.',
    labels: ['method', 'host', 'outcome'],
    buckets,
  });
  const inFlight = meter.gauge({
    name: 'http_client_requests_in_flight',
    help: 'Requests that wait for their response.',
    labels: ['host'],
  });
  return {
    begin(facts) {
      const method = methodLabel(facts.method);
      const named = hostLabel(facts.host);
      const host = known === undefined || known.has(named) ? named : '__other__';
      const level = inFlight.at(host);
      const startedAt = clock.monotonic();
      let isOver = false;
      level.add(1);
      return {
        end({ status, error }) {
          if (isOver) return;
          isOver = true;
          level.add(-1);
          const outcome = error === undefined ? (statusLabel(status, 'class') ?? 'error') : failureLabel(error);
          duration.at(method, host, outcome).record((clock.monotonic() - startedAt) / 1_000);
        },
      };
    },
  };
}

/** Without credentials, which stand before an `@`. */
function hostLabel(host: string): string {
  return String(host)
    .slice(String(host).lastIndexOf('@') + 1)
    .toLowerCase();
}

/** Names and codes of Node, undici and this house for a call that took too long. */
const timeouts = /^(TimeoutError|E?(SOCKET)?TIMEDOUT|UND_ERR_\w*TIMEOUT|XC_\w+_TIMEOUT|ERR_\w*TIMEOUT)$/;
const aborts = /^(AbortError|ABORT_ERR|UND_ERR_ABORTED|ECONNABORTED)$/;

/** What fetch and its wrappers carry is not far below; causes may go round. */
const DEEPEST_CAUSE = 8;

function failureLabel(error: unknown, depth = 0): string {
  const { name, code } = (typeof error === 'object' && error !== null ? error : {}) as {
    name?: unknown;
    code?: unknown;
  };
  const says = (pattern: RegExp) => [name, code].some((word) => typeof word === 'string' && pattern.test(word));
  if (says(timeouts)) return 'timeout';
  if (says(aborts)) return 'aborted';
  // What fetch throws carries what happened as its cause.
  const cause = (error as { cause?: unknown } | undefined)?.cause;
  return cause === undefined || depth === DEEPEST_CAUSE || isXcError(error) ? 'error' : failureLabel(cause, depth + 1);
}
