/** Where the page shows what; every link is to the page itself. */
export interface Place {
  readonly queue?: string | undefined;
  readonly state?: string | undefined;
  readonly cursor?: string | undefined;
  readonly job?: string | undefined;
  readonly done?: string | undefined;
  readonly n?: string | undefined;
}

/** The address of a place below `base`, which is '' or a path without a slash at its end. */
export function dashboardLink(base: string, place: Place): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(place)) if (value !== undefined) query.set(name, value);
  const text = query.toString();
  return text === '' ? `${base}/` : `${base}/?${text}`;
}

/** @throws TypeError, RangeError unless a path that begins with a slash. */
export function basePathOf(basePath: unknown): string {
  if (typeof basePath !== 'string') throw new TypeError(`basePath must be a string, got ${typeof basePath}`);
  // Two slashes at the beginning would be another origin.
  if (!/^\/(?!\/)[\w\-./~%]*$/.test(basePath)) {
    throw new RangeError(`basePath must be a path that begins with /, got ${JSON.stringify(basePath)}`);
  }
  return basePath.replace(/\/+$/, '');
}
