import { isIP } from 'node:net';

/** An address by its bits: IPv4 as one number of 32, IPv6 as eight groups of 16. */
export type IpAddress = number | readonly number[];

/**
 * Reads an address as `net.isIP` accepts it, and `undefined` for everything else. An IPv4 address inside `::ffff:0:0/96` is
 * that IPv4 address; a zone id is dropped.
 *
 * Looks at each character once; `net.isIP` would take several times as long (bench `around`, rows `ipKey`).
 */
export function parseIpAddress(text: string): IpAddress | undefined {
  const bits = ipv4Bits(text, 0, text.length);
  if (bits >= 0) return bits;
  const groups = ipv6Groups(text);
  return groups !== undefined && startsWith(groups, mapped) ? embeddedIpv4(groups) : groups;
}

/** The canonical text of an address: dotted decimal, or RFC 5952. */
export function ipAddressText(address: IpAddress): string {
  if (typeof address !== 'number') return ipv6Text(address);
  return `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`;
}

/** The IPv4 address in the last 32 bits. */
export function embeddedIpv4(groups: readonly number[]): number {
  return (((groups[6] as number) << 16) | (groups[7] as number)) >>> 0;
}

/** Tells whether the first 96 bits are these. */
export function startsWith(groups: readonly number[], prefix: readonly number[]): boolean {
  for (let index = 0; index < 6; index += 1) if (groups[index] !== prefix[index]) return false;
  return true;
}

const mapped = [0, 0, 0, 0, 0, 0xffff] as const;

const DOT = 46;
const COLON = 58;

/** The bits of the dotted decimal between `from` and `to`; -1 when it is none, as with a leading zero. */
function ipv4Bits(text: string, from: number, to: number): number {
  if (to - from < 7 || to - from > 15) return -1;
  let bits = 0;
  let parts = 0;
  let value = 0;
  let digits = 0;
  for (let at = from; at <= to; at += 1) {
    const code = at === to ? DOT : text.charCodeAt(at);
    if (code === DOT) {
      if (digits === 0 || value > 255) return -1;
      bits = bits * 256 + value;
      parts += 1;
      value = 0;
      digits = 0;
    } else {
      if (code < 48 || code > 57 || (digits > 0 && value === 0)) return -1;
      value = value * 10 + code - 48;
      digits += 1;
      if (digits > 3) return -1;
    }
  }
  return parts === 4 ? bits : -1;
}

function ipv6Groups(text: string): number[] | undefined {
  const zone = text.indexOf('%');
  // What may stand in a zone id is for the runtime to say.
  if (zone >= 0 && isIP(text) !== 6) return undefined;
  const end = zone < 0 ? text.length : zone;
  const groups: number[] = [];
  let gap = -1;
  let at = 0;
  if (text.startsWith('::')) {
    gap = 0;
    at = 2;
  }
  while (at < end) {
    const start = at;
    let value = 0;
    for (let digit = hexDigit(text.charCodeAt(at)); at < end && digit >= 0; digit = hexDigit(text.charCodeAt(at))) {
      value = value * 16 + digit;
      at += 1;
      if (at - start > 4) return undefined;
    }
    if (at < end && text.charCodeAt(at) === DOT) {
      const bits = ipv4Bits(text, start, end);
      if (bits < 0) return undefined;
      groups.push(bits >>> 16, bits & 0xffff);
      break;
    }
    if (at === start || groups.length === 8) return undefined;
    groups.push(value);
    if (at === end) break;
    if (text.charCodeAt(at) !== COLON || at + 1 === end) return undefined;
    at += 1;
    if (text.charCodeAt(at) === COLON) {
      if (gap >= 0) return undefined;
      gap = groups.length;
      at += 1;
    }
  }
  if (gap < 0) return groups.length === 8 ? groups : undefined;
  return groups.length < 8 ? widened(groups, gap) : undefined;
}

function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  const lower = code | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}

/** Puts zeros in place of `::`. */
function widened(groups: readonly number[], gap: number): number[] {
  const all = [0, 0, 0, 0, 0, 0, 0, 0];
  for (let index = 0; index < gap; index += 1) all[index] = groups[index] as number;
  for (let index = 1; index <= groups.length - gap; index += 1)
    all[8 - index] = groups[groups.length - index] as number;
  return all;
}

/** RFC 5952: lower case, no leading zeros, `::` for the longest run of two zeros or more, the first of equals. */
function ipv6Text(groups: readonly number[]): string {
  let from = -1;
  let length = 1;
  for (let index = 0; index < 8; index += 1) {
    let run = 0;
    while (index + run < 8 && groups[index + run] === 0) run += 1;
    if (run > length) {
      from = index;
      length = run;
    }
    index += run;
  }
  let text = '';
  for (let index = 0; index < 8; index += 1) {
    if (index === from) {
      text += '::';
      index += length - 1;
    } else {
      if (text !== '' && !text.endsWith(':')) text += ':';
      text += (groups[index] as number).toString(16);
    }
  }
  return text;
}
