import { type IpAddress, parseIpAddress } from './ip-address.ts';

/** Tells whether an address lies in a block. */
export type InBlock = (address: IpAddress) => boolean;

/**
 * Reads an address, a CIDR block, 'loopback' or 'private' (RFC 1918 and RFC 4193). A block of mapped IPv4 addresses is the
 * IPv4 block.
 *
 * @throws TypeError when it is none of these.
 */
export function ipBlocks(entry: unknown): InBlock[] {
  const named = typeof entry === 'string' && Object.hasOwn(blocksByName, entry);
  if (named) return (blocksByName[entry as keyof typeof blocksByName] as readonly string[]).flatMap(ipBlocks);
  const block = typeof entry === 'string' ? parsedBlock(entry) : undefined;
  if (block === undefined) {
    throw new TypeError(`trusted must hold addresses, CIDR blocks, 'loopback' or 'private', got ${shown(entry)}`);
  }
  return [block];
}

const blocksByName = {
  loopback: ['127.0.0.0/8', '::1'],
  private: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
} as const;

function parsedBlock(entry: string): InBlock | undefined {
  const slash = entry.indexOf('/');
  const text = slash < 0 ? entry : entry.slice(0, slash);
  const address = text.includes('%') ? undefined : parseIpAddress(text);
  if (address === undefined) return undefined;
  const width = text.includes(':') ? 128 : 32;
  const length = slash < 0 ? width : prefixLength(entry.slice(slash + 1), width);
  if (length === undefined) return undefined;
  if (typeof address !== 'number') return v6Block(address, length);
  if (width === 32) return v4Block(address, length);
  // A block of mapped addresses that is wider than all of them is no IPv4 block.
  return length >= 96 ? v4Block(address, length - 96) : undefined;
}

function prefixLength(text: string, width: number): number | undefined {
  if (!/^(0|[1-9]\d{0,2})$/.test(text)) return undefined;
  const length = Number(text);
  return length <= width ? length : undefined;
}

function v4Block(network: number, length: number): InBlock {
  // Shifting by 32 shifts by 0.
  const mask = length === 0 ? 0 : -1 << (32 - length);
  const bits = network & mask;
  return (address) => typeof address === 'number' && (address & mask) === bits;
}

function v6Block(network: readonly number[], length: number): InBlock {
  const whole = length >> 4;
  const mask = 0xffff << (16 - (length & 15));
  return (address) => {
    if (typeof address === 'number') return false;
    for (let index = 0; index < whole; index += 1) if (address[index] !== network[index]) return false;
    return whole === 8 || (((address[whole] as number) ^ (network[whole] as number)) & mask & 0xffff) === 0;
  };
}

function shown(entry: unknown): string {
  return typeof entry === 'string' ? `'${entry.slice(0, 60)}'` : String(entry);
}
