/**
 * Whether a page of this origin sent the request. The browser says so in `Sec-Fetch-Site`, which no page can set; where it does
 * not say (an older one, no TLS), `Origin` must name this host. A request that says neither did not come from a page of ours.
 */
export function isSameOrigin(request: Request): boolean {
  const site = request.headers.get('sec-fetch-site');
  if (site !== null) return site === 'same-origin';
  const origin = request.headers.get('origin');
  // The scheme is left out: behind a proxy that ends TLS we see another one than the browser.
  return origin !== null && URL.canParse(origin) && new URL(origin).host === new URL(request.url).host;
}
