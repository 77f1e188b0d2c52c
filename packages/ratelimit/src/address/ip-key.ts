import { embeddedIpv4, ipAddressText, parseIpAddress, startsWith } from './ip-address.ts';

/** Options of {@link ipKey}. */
export interface IpKeyOptions {
  /**
   * How many leading bits of an IPv6 address name one customer. A household gets a /64 or more of its own, so that a limit on
   * single addresses limits nobody.
   * @defaultValue 64
   */
  readonly v6Prefix?: 48 | 56 | 60 | 64 | 128;
}

/**
 * The key under which a client address is counted: IPv4 as it is; IPv6 as its network in canonical form (RFC 5952), such as
 * `2001:db8::/64`. IPv4 inside IPv6 (`::ffff:0:0/96`, and NAT64 `64:ff9b::/96`, RFC 6052) becomes IPv4. Zone ids are dropped.
 * `undefined` for whatever `net.isIP` refuses: octal, hexadecimal and short forms, ports, blanks.
 *
 * @throws RangeError when `v6Prefix` is not one of its values.
 */
export function ipKey(ip: string, options?: IpKeyOptions): string | undefined {
  const v6Prefix = options?.v6Prefix ?? 64;
  if (!prefixes.includes(v6Prefix)) {
    throw new RangeError(`v6Prefix must be one of ${prefixes.join(', ')}, got ${String(v6Prefix)}`);
  }
  if (typeof ip !== 'string') return undefined;
  const address = parseIpAddress(ip);
  if (typeof address === 'number') return ip.includes(':') ? ipAddressText(address) : ip;
  return address && v6Key(address, v6Prefix);
}

const prefixes: readonly number[] = [48, 56, 60, 64, 128];
const nat64 = [0x64, 0xff9b, 0, 0, 0, 0] as const;

function v6Key(groups: readonly number[], prefix: number): string {
  if (startsWith(groups, nat64)) return ipAddressText(embeddedIpv4(groups));
  const network = groups.map((group, index) => group & maskOf(index, prefix));
  return `${ipAddressText(network)}/${prefix}`;
}

function maskOf(index: number, prefix: number): number {
  const bits = prefix - index * 16;
  return bits >= 16 ? 0xffff : bits <= 0 ? 0 : 0xffff << (16 - bits);
}
