import { checkedAnswer } from './checked-answer.ts';
import { headerLines, headerValue } from './header-lines.ts';
import type { HttpOutcome, Produce } from './http-cache.ts';
import type { HttpRequestFacts, HttpResponseFacts } from './http-facts.ts';

const SAFE = ['GET', 'HEAD', 'OPTIONS', 'TRACE'];

/** Asks the source and stores nothing; where it may have changed something, what was stored of it goes before anybody hears of it. */
export async function passBy(
  request: HttpRequestFacts,
  produce: Produce,
  forget: (urls: readonly string[]) => Promise<unknown>,
): Promise<HttpResponseFacts & { readonly outcome: HttpOutcome }> {
  const response = checkedAnswer(await produce({ signal: new AbortController().signal }));
  if (!SAFE.includes(request.method.toUpperCase()) && response.status >= 200 && response.status < 400) {
    await forget([request.url, ...pointedTo(request, response)]);
  }
  return { ...response, outcome: 'bypass' };
}

/** `Location` and `Content-Location`, as far as they lie on the same host: no host forgets for another (RFC 9111, section 4.4). */
function pointedTo(request: HttpRequestFacts, response: HttpResponseFacts): readonly string[] {
  const host = headerValue(request.headers, 'host') ?? 'unknown.invalid';
  const base = URL.canParse(request.url) ? new URL(request.url) : undefined;
  const from = base?.href ?? `http://${host}${request.url}`;
  if (!URL.canParse(from)) return [];
  return ['location', 'content-location']
    .flatMap((name) => headerLines(response.headers, name))
    .filter((location) => URL.canParse(location, from))
    .map((location) => new URL(location, from))
    .filter((url) => url.host === new URL(from).host)
    .map((url) => (base === undefined ? `${url.pathname}${url.search}` : url.href));
}
