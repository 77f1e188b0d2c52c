/** RFC 9110, section 9, with PATCH (RFC 5789) and QUERY. */
const methods = new Map(
  ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'CONNECT', 'TRACE', 'QUERY'].map((name) => [name, name]),
);

/** The label of an HTTP method: one of ten, or `OTHER`. */
export function methodLabel(method: string): string {
  // Almost always it is in upper case as it comes.
  return methods.get(method) ?? methods.get(String(method).toUpperCase()) ?? 'OTHER';
}

/** A status as text; `undefined` when it is none. */
export function statusLabel(status: number | undefined, by: 'code' | 'class'): string | undefined {
  if (status === undefined || !Number.isInteger(status) || status < 100 || status > 599) return undefined;
  return by === 'code' ? String(status) : `${Math.floor(status / 100)}xx`;
}
