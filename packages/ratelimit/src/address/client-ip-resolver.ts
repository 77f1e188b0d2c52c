import { type IpAddress, ipAddressText, parseIpAddress } from './ip-address.ts';
import { ipBlocks } from './ip-block.ts';
import { forwardedForHops, forwardedHops, type HopSyntax } from './proxy-hops.ts';

/** Options of {@link clientIpResolver}. */
export interface ClientIpOptions {
  /** Our own proxies: addresses, CIDR blocks, 'loopback', 'private'. Everybody else may write what they like into a header. */
  readonly trusted: readonly string[];
  /** @defaultValue 'x-forwarded-for' */
  readonly header?: 'x-forwarded-for' | 'forwarded';
  /**
   * A header with more entries than that is not read at all.
   * @defaultValue 32
   */
  readonly maxEntries?: number;
}

/** Finds the address of a client from its socket and the header of the proxies; `undefined` when the socket has none. */
export type ClientIpResolver = (
  remoteAddress: string | undefined,
  headerValue: string | readonly string[] | undefined,
) => string | undefined;

/**
 * Makes a function that finds the address of a client behind proxies. It walks from the socket leftwards through the header
 * while the address is a trusted one, and stops before the first entry that is not an address; when all are trusted, the
 * leftmost is the client. The result is canonical: IPv4 also when it came mapped into IPv6, and RFC 5952.
 *
 * @throws TypeError for an entry of `trusted` that is no address or block, or an unknown `header`. RangeError when
 * `maxEntries` is not a positive integer.
 *
 * @example
 * ```ts
 * const clientIp = clientIpResolver({ trusted: ['loopback', '10.0.0.0/8'] });
 * const ip = clientIp(request.socket.remoteAddress, request.headers['x-forwarded-for']);
 * ```
 */
export function clientIpResolver(options: ClientIpOptions): ClientIpResolver {
  const { trusted, header = 'x-forwarded-for', maxEntries = 32 } = options;
  if (!Array.isArray(trusted)) throw new TypeError(`trusted must be an array, got ${typeof trusted}`);
  const blocks = trusted.flatMap(ipBlocks);
  const syntax = header === 'forwarded' ? forwardedHops : forwardedForHops;
  if (header !== 'forwarded' && header !== 'x-forwarded-for') {
    throw new TypeError(`header must be 'x-forwarded-for' or 'forwarded', got '${String(header)}'`);
  }
  if (!Number.isInteger(maxEntries) || maxEntries < 1) {
    throw new RangeError(`maxEntries must be a positive integer, got ${String(maxEntries)}`);
  }
  const isTrusted = (address: IpAddress) => blocks.some((holds) => holds(address));

  return (remoteAddress, headerValue) => {
    const socket = typeof remoteAddress === 'string' ? parseIpAddress(remoteAddress) : undefined;
    if (socket === undefined) return undefined;
    const list =
      typeof headerValue === 'string' ? headerValue : Array.isArray(headerValue) ? headerValue.join(',') : '';
    let client = socket;
    if (list !== '' && isTrusted(socket) && hasAtMost(list, syntax, maxEntries)) {
      for (let end = list.length; end >= 0 && isTrusted(client); ) {
        const start = syntax.start(list, end);
        const hop = hopAddress(syntax.node(list.slice(start, end)));
        if (hop === undefined) break;
        client = hop;
        end = start - 1;
      }
    }
    return ipAddressText(client);
  };
}

function hasAtMost(list: string, { start }: HopSyntax, maxEntries: number): boolean {
  let end = list.length;
  for (let entries = 0; entries < maxEntries; entries += 1) {
    end = start(list, end) - 1;
    if (end < 0) return true;
  }
  return false;
}

/** Strips brackets and a port. */
function hopAddress(node: string | undefined): IpAddress | undefined {
  if (node === undefined || node.length > 100) return undefined;
  if (node.charCodeAt(0) === 91) {
    const inside = bracketed.exec(node)?.[1];
    return inside === undefined ? undefined : parseIpAddress(inside);
  }
  const colon = node.indexOf(':');
  const hasPort = colon > 0 && node.includes('.') && port.test(node.slice(colon));
  return parseIpAddress(hasPort ? node.slice(0, colon) : node);
}

// A port may be obfuscated, RFC 7239 section 6.
const port = /^:(?:\d{1,5}|_[\w.-]+)$/;
const bracketed = /^\[([^\]]*)\](?::(?:\d{1,5}|_[\w.-]+))?$/;
