import { headerLines, headerValue } from './header-lines.ts';
import { httpDate } from './http-date.ts';
import type { HttpRequestFacts, HttpResponseFacts } from './http-facts.ts';

const ENTITY_TAG = /(?:W\/)?("[^"]*")/g;
/** What a 304 tells of the answer that it stands for (RFC 9110, section 15.4.5). */
const TOLD = ['age', 'cache-control', 'content-location', 'date', 'etag', 'expires', 'vary'];

/** Whether the client has this answer already: by its `If-None-Match`, compared weakly, or else by its `If-Modified-Since`. */
export function hasAlready(request: HttpRequestFacts, response: HttpResponseFacts): boolean {
  const asked = headerLines(request.headers, 'if-none-match').join(',');
  if (asked !== '') {
    if (asked.trim() === '*') return true;
    const tag = opaque(headerValue(response.headers, 'etag') ?? '');
    return tag !== undefined && [...asked.matchAll(ENTITY_TAG)].some(([, wanted]) => wanted === tag);
  }
  const since = httpDate(headerValue(request.headers, 'if-modified-since') ?? '');
  return httpDate(headerValue(response.headers, 'last-modified') ?? '') <= since;
}

/** The 304 in the place of an answer. */
export function notModified(response: HttpResponseFacts): HttpResponseFacts {
  const headers = Object.fromEntries(Object.entries(response.headers).filter(([name]) => TOLD.includes(name)));
  return { status: 304, headers, body: '' };
}

function opaque(tag: string): string | undefined {
  return /^(?:W\/)?("[^"]*")$/.exec(tag.trim())?.[1];
}
