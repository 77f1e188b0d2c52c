import { createHash } from 'node:crypto';
import { cacheControl } from './cache-control.ts';
import { ageOf } from './freshness.ts';
import { headerNames, headerValue } from './header-lines.ts';
import type { HttpCachePlan } from './http-cache-options.ts';
import type { HttpHeaders, HttpRequestFacts, HttpResponseFacts } from './http-facts.ts';
import { variantOf } from './http-keys.ts';
import type { HttpStorable } from './http-storable.ts';
import { forbidsStale, msOf } from './http-storable.ts';

/** An answer as it is kept: nothing in it that a codec for JSON could not carry. */
export interface StoredResponse {
  readonly kind: 'stored';
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: string;
  /** 'text' is as it was given, 'base64' were bytes. */
  readonly encoding: 'text' | 'base64';
  /** What the request said in the headers that the answer varies by. */
  readonly variant: Readonly<Record<string, string | null>>;
  /** Milliseconds that it was old when it came. */
  readonly ageMs: number;
  readonly ttlMs: number;
  /** How long after its ttl it may be served while it is asked for anew, and where the source fails. */
  readonly whileRevalidateMs: number;
  readonly ifErrorMs: number;
  /** Whether the source gave the ETag; else it is ours and says nothing to the source. */
  readonly ownsTag: boolean;
}

/** Between two neighbours only (RFC 9110, section 7.6.1). */
const HOP_BY_HOP = new Set(
  'connection keep-alive proxy-authenticate proxy-authentication-info proxy-authorization proxy-connection te trailer trailers transfer-encoding upgrade'.split(
    ' ',
  ),
);
/** Belong to the body, which a 304 does not bring. */
const OF_THE_BODY = new Set(['content-encoding', 'content-length', 'content-md5', 'content-range', 'etag']);

/** The answer as it is kept. */
export function toStored(
  request: HttpRequestFacts,
  response: HttpResponseFacts,
  storable: HttpStorable,
  plan: HttpCachePlan,
): StoredResponse {
  const directives = cacheControl(response.headers);
  const headers = keptHeaders(response.headers);
  const isText = typeof response.body === 'string';
  const ownsTag = headers.etag !== undefined;
  // An answer that a shared cache has to ask for again when it is stale (s-maxage) is given in its place only if it says so itself.
  const ifErrorMs = directives.has('stale-if-error')
    ? msOf(directives, 'stale-if-error')
    : directives.has('s-maxage')
      ? 0
      : plan.staleIfErrorMs;
  return {
    kind: 'stored',
    status: response.status,
    headers: ownsTag ? headers : { ...headers, etag: `"${digest(response.body)}"` },
    body: isText ? (response.body as string) : Buffer.from(response.body as Uint8Array).toString('base64'),
    encoding: isText ? 'text' : 'base64',
    variant: variantOf(request.headers, headerNames(response.headers, 'vary')),
    ageMs: ageOf(response.headers) || 0,
    ttlMs: storable.ttlMs,
    whileRevalidateMs: storable.staleWhileRevalidateMs,
    ifErrorMs: forbidsStale(directives) ? 0 : ifErrorMs,
    ownsTag,
  };
}

/** The answer as it was, or, given its age now, as a cache has to give it. */
export function fromStored(stored: StoredResponse, residentMs?: number): HttpResponseFacts {
  const body = stored.encoding === 'text' ? stored.body : new Uint8Array(Buffer.from(stored.body, 'base64'));
  if (residentMs === undefined) return { status: stored.status, headers: { ...stored.headers }, body };
  const age = String(Math.floor((stored.ageMs + residentMs) / 1_000));
  return { status: stored.status, headers: { ...stored.headers, age }, body };
}

/** The answer that a 304 confirms, with what the 304 says anew (RFC 9111, section 3.2). */
export function freshened(stored: StoredResponse, notModified: HttpResponseFacts): HttpResponseFacts {
  const updates = Object.entries(keptHeaders(notModified.headers)).filter(([name]) => !OF_THE_BODY.has(name));
  // The age was that of the answer before.
  const { age: _age, ...before } = stored.headers;
  return { ...fromStored(stored), headers: { ...before, ...Object.fromEntries(updates) } };
}

/** Whether the answer is for this request too. */
export function isFor(stored: StoredResponse, request: HttpRequestFacts): boolean {
  const variant = variantOf(request.headers, Object.keys(stored.variant));
  return Object.entries(stored.variant).every(([name, value]) => variant[name] === value);
}

function keptHeaders(headers: HttpHeaders): Record<string, string | readonly string[]> {
  const named = new Set(headerNames(headers, 'connection'));
  const kept: Record<string, string | readonly string[]> = {};
  for (const [key, value] of Object.entries(headers)) {
    const name = key.toLowerCase();
    if (value === undefined || name === '__proto__' || HOP_BY_HOP.has(name) || named.has(name)) continue;
    const before = Object.hasOwn(kept, name) ? kept[name] : undefined;
    kept[name] = before === undefined ? (typeof value === 'string' ? value : [...value]) : [before, value].flat();
  }
  return kept;
}

function digest(body: Uint8Array | string): string {
  return createHash('sha256').update(body).digest('base64url').slice(0, 27);
}

/** The ETag that the source knows. */
export function sourceTag(stored: StoredResponse): string | undefined {
  return stored.ownsTag ? headerValue(stored.headers, 'etag') : undefined;
}
