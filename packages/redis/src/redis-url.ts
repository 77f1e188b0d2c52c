/** Where a server is and how to get in, as a URL tells it. */
export interface RedisAddress {
  readonly host: string;
  readonly port: number;
  readonly username?: string;
  readonly password?: string;
  readonly db: number;
  readonly family?: 4 | 6;
  readonly secure: boolean;
}

const DEFAULT_PORT = 6_379;

/**
 * Reads `redis://[[user]:password@]host[:port][/db][?family=4|6]`, or `rediss://` for TLS. User and password are
 * percent-encoded.
 * @throws TypeError for anything else, with the password masked.
 */
export function parseRedisUrl(url: string): RedisAddress {
  if (typeof url !== 'string') throw new TypeError(`url must be a redis:// or rediss:// URL, got ${typeof url}`);
  if (!/^rediss?:\/\//i.test(url)) {
    throw new TypeError(`url must begin with redis:// or rediss://, got ${maskRedisUrl(url)}`);
  }
  const parsed = parse(url);
  const db = /^\/?(\d*)$/.exec(parsed.pathname)?.[1];
  if (db === undefined) {
    throw new TypeError(`url must end with the number of a database, if anything, got ${maskRedisUrl(url)}`);
  }
  const username = decoded(parsed.username, url);
  const password = decoded(parsed.password, url);
  const family = familyOf(parsed.searchParams, url);
  return {
    host: parsed.hostname.replace(/^\[|\]$/g, '') || '127.0.0.1',
    port: parsed.port === '' ? DEFAULT_PORT : Number(parsed.port),
    ...(username !== '' && { username }),
    ...(password !== '' && { password }),
    db: Number(db),
    ...(family && { family }),
    secure: parsed.protocol === 'rediss:',
  };
}

/** The URL, or whatever was taken for one, without what may be a secret. */
export function maskRedisUrl(url: string): string {
  const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.exec(url)?.[0] ?? '';
  const rest = url.slice(scheme.length);
  const at = rest.lastIndexOf('@');
  const [place = '', query] = rest.slice(at + 1).split(/[?#](.*)/s);
  const shown = /^(\[[\da-f:.]+\]|[\w.-]*)(:\d+)?(\/\w*)?$/i.test(place) ? place : '***';
  return `${scheme}${at === -1 ? '' : '***@'}${shown}${query === undefined ? '' : '?***'}`;
}

function parse(url: string): URL {
  let parsed: URL | undefined;
  try {
    parsed = new URL(url);
  } catch {
    // That error carries the URL with the password; ours does not.
  }
  // A bare '/', '?' or '#' in a password ends the host early: the rest of it would be looked up as a name.
  if (parsed === undefined || parsed.hash !== '' || (parsed.pathname + parsed.search).includes('@')) {
    const hint = 'special characters of a password must be percent-encoded';
    throw new TypeError(`url must be a valid redis:// or rediss:// URL (${hint}), got ${maskRedisUrl(url)}`);
  }
  return parsed;
}

function decoded(text: string, url: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new TypeError(`user and password of url must be percent-encoded, got ${maskRedisUrl(url)}`);
  }
}

function familyOf(query: URLSearchParams, url: string): 4 | 6 | undefined {
  for (const name of query.keys()) {
    if (name !== 'family') throw new TypeError(`url knows the parameter family alone, got ${maskRedisUrl(url)}`);
  }
  const family = query.get('family') ?? '0';
  if (family === '0') return undefined;
  if (family === '4') return 4;
  if (family === '6') return 6;
  throw new TypeError(`family of url must be 4 or 6, got ${maskRedisUrl(url)}`);
}
