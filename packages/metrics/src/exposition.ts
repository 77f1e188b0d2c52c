/** What whoever scrapes has asked for. */
export interface ScrapeRequest {
  /** The `Accept` header; decides between text 0.0.4 and OpenMetrics 1.0. */
  readonly accept?: string;
  /** The `Accept-Encoding` header. */
  readonly acceptEncoding?: string;
  /** Only these families; a histogram by its base name. */
  readonly names?: readonly string[];
  /** Gives up; the rendering stops when nobody waits for it any more. */
  readonly signal?: AbortSignal;
}

/** An answer for a web framework to send as it is. */
export interface Exposition {
  /** Lower-case names: `content-type`, `vary`, `cache-control`, and `content-encoding` when the body is compressed. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** How many series are in it. */
  readonly series: number;
}

/** The two formats that Prometheus reads. */
export type ExpositionFormat = 'text' | 'openmetrics';
