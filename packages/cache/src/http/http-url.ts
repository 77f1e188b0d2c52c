import { sha256 } from '../keys/sha256.ts';

/** A URL of more characters is cut in keys, and ends in the hash of all of it. */
const KEPT_CHARACTERS = 300;
const SCHEME = /^[a-z][a-z\d+.-]*:\/\//i;

/**
 * The text by which two URLs ask for the same: without fragment and ignored names of the query, the other names sorted with
 * their values in order, percent signs in upper case. Path and values stay as they are: nobody else decodes them alike.
 */
export function sameUrl(url: string, ignoreQuery: readonly string[]): string {
  const [whole = ''] = url.split('#', 1);
  const at = whole.indexOf('?');
  const path = at < 0 ? whole : whole.slice(0, at);
  const query = at < 0 ? '' : sameQuery(whole.slice(at + 1), ignoreQuery);
  return `${upperPercents(lowerHost(path))}${query === '' ? '' : `?${query}`}`;
}

/** At most about 370 characters. Prefixes of up to 300 characters still are prefixes. */
export function cutUrl(url: string): string {
  return url.length <= KEPT_CHARACTERS ? url : `${cutPrefix(url)}#${sha256(url)}`;
}

/** As much of a prefix as keys keep: rather too much is found than too little. */
export function cutPrefix(prefix: string): string {
  return prefix.slice(0, KEPT_CHARACTERS).replace(/[\uD800-\uDBFF]$/, '');
}

function sameQuery(query: string, ignore: readonly string[]): string {
  const pairs = upperPercents(query)
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => ({ pair, name: decoded(pair.split('=', 1)[0] as string) }))
    .filter(({ name }) => !ignore.some((pattern) => matches(pattern, name)));
  // Sorting is stable: values of one name stay in their order.
  return pairs
    .sort((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)))
    .map(({ pair }) => pair)
    .join('&');
}

function matches(pattern: string, name: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

function lowerHost(path: string): string {
  const scheme = SCHEME.exec(path)?.[0];
  if (scheme === undefined) return path;
  const end = path.indexOf('/', scheme.length);
  const host = path.slice(0, end < 0 ? path.length : end).toLowerCase();
  return `${host}${end < 0 ? '/' : path.slice(end)}`;
}

function upperPercents(text: string): string {
  return text.replace(/%[\da-f]{2}/gi, (escaped) => escaped.toUpperCase());
}
