/**
 * Whether a page of this origin sent the request. The browser says so in `Sec-Fetch-Site`, which no page can set; where it does
 * not say (an older one, no TLS), `Origin` must name this scheme and host. A request that says neither did not come from a page of
 * ours.
 */
export function isSameOrigin(request: Request): boolean {
  const site = request.headers.get('sec-fetch-site');
  if (site !== null) return site === 'same-origin';
  const origin = request.headers.get('origin');
  if (origin === null || !URL.canParse(origin)) return false;
  const [theirs, ours] = [new URL(origin), new URL(request.url)];
  // Behind a proxy that ends TLS we see less of it than the browser; never more.
  const schemeFits = theirs.protocol === ours.protocol || (theirs.protocol === 'https:' && ours.protocol === 'http:');
  return schemeFits && theirs.host === ours.host;
}
