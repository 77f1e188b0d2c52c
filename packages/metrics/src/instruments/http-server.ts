import { type Clock, type GaugeCell, type Meter, systemClock } from '@xc/core';
import { latencyBuckets, sizeBuckets } from '../buckets.ts';
import { methodLabel, statusLabel } from './http-labels.ts';

/** Options of {@link instrumentHttpServer}. */
export interface HttpServerOptions {
  /**
   * Whether the label `status` is `404` or `4xx`.
   * @defaultValue 'code'
   */
  readonly status?: 'code' | 'class';
  /**
   * Whether sizes of requests and responses are measured.
   * @defaultValue true
   */
  readonly sizes?: boolean;
  /**
   * Of durations, in seconds.
   * @defaultValue latencyBuckets
   */
  readonly buckets?: readonly number[];
  /** @defaultValue systemClock */
  readonly clock?: Clock;
}

/** Measures what an HTTP server does, from plain facts. */
export interface HttpServerInstrument {
  /** A request has come. */
  begin(facts: HttpRequestFacts): HttpExchange;
}

/** What is known when a request comes. */
export interface HttpRequestFacts {
  readonly method: string;
  /** Size of the request's body. */
  readonly requestBytes?: number;
}

/** One request on its way. */
export interface HttpExchange {
  /** The first byte of the response has gone out. */
  firstByte(): void;
  /** It is over; a second call does nothing. */
  end(facts: HttpResponseFacts): void;
}

/** What is known when it is over. */
export interface HttpResponseFacts {
  /** The template, `/cities/:id`, never the path; none or '' counts as `unmatched`. */
  readonly route?: string;
  readonly status?: number;
  /** Size of the response's body. */
  readonly responseBytes?: number;
  /** The client left before the end. */
  readonly aborted?: boolean;
}

/**
 * Measures an HTTP server: duration by method, route and status, how many are in flight, time to the first byte, sizes, and
 * clients that left. The labels are bounded: methods are ten, routes are templates, a status is one of HTTP.
 *
 * @example
 * ```ts
 * const http = instrumentHttpServer(metrics);
 * const exchange = http.begin({ method: request.method });
 * response.on('close', () => exchange.end({ route: '/cities/:id', status: response.statusCode, aborted: !response.writableFinished }));
 * ```
 */
export function instrumentHttpServer(meter: Meter, options: HttpServerOptions = {}): HttpServerInstrument {
  const { status: by = 'code', sizes = true, buckets = latencyBuckets, clock = systemClock } = options;
  const perRoute = ['method', 'route'] as const;
  const histogram = (name: string, help: string, labels: readonly string[], of: readonly number[]) =>
    meter.histogram({ name, help, labels, buckets: of });
  const duration = histogram(
    'http_server_request_duration_seconds',
    'Time from the arrival of a request to the end of its response.',
    [...perRoute, 'status'],
    buckets,
  );
  const firstByte = histogram(
    'http_server_first_byte_duration_seconds',
    'Time from the arrival of a request to the first byte of its response.',
    perRoute,
    buckets,
  );
  const requestSize = sizes
    ? histogram('http_server_request_size_bytes', 'Size of the bodies of requests.', perRoute, sizeBuckets)
    : undefined;
  const responseSize = sizes
    ? histogram('http_server_response_size_bytes', 'Size of the bodies of responses.', perRoute, sizeBuckets)
    : undefined;
  const inFlight = meter.gauge({
    name: 'http_server_requests_in_flight',
    help: 'Requests that have come and whose response is not over.',
    labels: ['method'],
  });
  const aborted = meter.counter({
    name: 'http_server_aborted_total',
    help: 'Requests whose client left before the end.',
    labels: perRoute,
  });
  // A method is one of eleven.
  const levels = new Map<string, GaugeCell>();
  const levelOf = (method: string) => {
    const level = levels.get(method) ?? inFlight.at(method);
    levels.set(method, level);
    return level;
  };

  return {
    begin({ method: rawMethod, requestBytes }) {
      const method = methodLabel(rawMethod);
      const level = levelOf(method);
      const startedAt = clock.monotonic();
      let firstAt: number | undefined;
      let isOver = false;
      level.add(1);
      return {
        firstByte() {
          if (!isOver) firstAt ??= clock.monotonic();
        },
        end(facts) {
          if (isOver) return;
          isOver = true;
          level.add(-1);
          const route = facts.route === undefined || facts.route === '' ? 'unmatched' : facts.route;
          const status = statusLabel(facts.status, by) ?? (facts.aborted ? 'aborted' : 'unknown');
          duration.at(method, route, status).record((clock.monotonic() - startedAt) / 1_000);
          if (firstAt !== undefined) firstByte.at(method, route).record((firstAt - startedAt) / 1_000);
          if (requestBytes !== undefined) requestSize?.at(method, route).record(requestBytes);
          if (facts.responseBytes !== undefined) responseSize?.at(method, route).record(facts.responseBytes);
          if (facts.aborted) aborted.at(method, route).inc();
        },
      };
    },
  };
}
