import type { Invalidation } from '../api/target.ts';
import type { HttpRequestFacts, HttpResponseFacts } from './http-facts.ts';

/** What the source gets beside the request. */
export interface ProduceContext {
  readonly signal: AbortSignal;
  /** The ETag of the stored answer: a 304 keeps it. */
  readonly ifNoneMatch?: string;
  /** The `Last-Modified` of the stored answer: as above. */
  readonly ifModifiedSince?: string;
}

/** Where an answer came from. */
export type HttpOutcome = 'hit' | 'stale' | 'revalidated' | 'miss' | 'bypass' | 'not-modified';

/** Answers the request from its source. */
export type Produce = (context: ProduceContext) => Promise<HttpResponseFacts>;

/** What to invalidate: all answers of a URL, of a tag, or of all URLs that begin with a prefix. */
export type HttpTarget = { url: string } | { tags: readonly string[] } | { prefix: string };

/** A shared cache for HTTP, over plain facts: no framework, no socket. */
export interface HttpCache {
  /**
   * The answer, from the cache where RFC 9111 allows it, else from `produce`, once for all who ask for the same meanwhile. A
   * successful unsafe method invalidates the URL.
   *
   * @throws what `produce` rejects with, where no stale answer may stand in.
   */
  handle(request: HttpRequestFacts, produce: Produce): Promise<HttpResponseFacts & { readonly outcome: HttpOutcome }>;
  /** Ends what was stored for a URL, below a prefix, or with any of these tags. */
  invalidate(target: HttpTarget): Promise<Invalidation>;
}
