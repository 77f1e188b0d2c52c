export { createHttpCache } from './create-http-cache.ts';
export type { HttpCache, HttpOutcome, HttpTarget, Produce, ProduceContext } from './http-cache.ts';
export type { HttpCacheOptions } from './http-cache-options.ts';
export type { HttpHeaders, HttpRequestFacts, HttpResponseFacts } from './http-facts.ts';
export { type HttpStorable, httpStorable } from './http-storable.ts';
