/** Headers of a response: a `Headers`, or a record with lower-case names such as `node:http` gives. */
export type HeaderSource = Pick<Headers, 'get'> | Readonly<Record<string, string | readonly string[] | undefined>>;

/** One field, its lines joined as RFC 9110 section 5.2 says; `undefined` when it is not there. */
export function fieldOf(headers: HeaderSource, name: string): string | undefined {
  const value = isHeaders(headers) ? headers.get(name) : headers[name];
  if (typeof value === 'string') return value;
  return Array.isArray(value) ? value.join(', ') : undefined;
}

function isHeaders(headers: HeaderSource): headers is Pick<Headers, 'get'> {
  return typeof headers.get === 'function';
}
