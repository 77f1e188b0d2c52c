import type { RedisClient } from '@xc/redis';

/** Where a node listens, as `node:net` and `node:tls` take it. */
export interface NodeAddress {
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly path?: string | undefined;
  readonly tls?: object | undefined;
}

/** How another thread reaches the node of a slot: its address, and what to say first. */
export interface NodeLine {
  readonly address: NodeAddress;
  readonly login: readonly (readonly (string | number)[])[];
}

interface ConnectionOptions extends NodeAddress {
  readonly username?: string | null | undefined;
  readonly password?: string | null | undefined;
  readonly db?: number | undefined;
}

/** The part of a client that knows where it is connected to; the same in ioredis 5 and 6. */
interface ClientFacts {
  readonly isCluster?: boolean | undefined;
  readonly options: ConnectionOptions & { readonly redisOptions?: ConnectionOptions | undefined };
  readonly stream?:
    | { readonly remoteAddress?: string | undefined; readonly remotePort?: number | undefined }
    | undefined;
  readonly slots?: readonly (readonly string[] | undefined)[] | undefined;
}

/** The node that holds `slot` now: behind Sentinel the master that the client is connected to, in a cluster the slot's. */
export function nodeLine(client: RedisClient, slot: number): NodeLine | undefined {
  const facts = client as unknown as ClientFacts;
  if (facts.isCluster === true) return clusterLine(facts, slot);
  const { options, stream } = facts;
  if (typeof options.path === 'string') return { address: { path: options.path }, login: login(options) };
  const { remoteAddress: host = options.host, remotePort: port = options.port } = stream ?? {};
  return { address: { host, port, ...secure(options, options.host) }, login: login(options) };
}

function clusterLine({ options, slots }: ClientFacts, slot: number): NodeLine | undefined {
  const node = slots?.[slot]?.[0];
  if (node === undefined) return undefined;
  const colon = node.lastIndexOf(':');
  const host = node.slice(0, colon);
  const own = options.redisOptions ?? {};
  // A cluster has one database.
  return {
    address: { host, port: Number(node.slice(colon + 1)), ...secure(own, host) },
    login: login({ ...own, db: 0 }),
  };
}

function secure({ tls }: ConnectionOptions, servername: string | undefined): { readonly tls?: object } {
  if (tls === undefined) return {};
  // Another thread is given what can be copied: certificates and flags, no functions.
  const plain = Object.entries(tls).filter(([, value]) => typeof value !== 'function');
  return { tls: { servername, ...Object.fromEntries(plain) } };
}

function login({ username, password, db = 0 }: ConnectionOptions): (string | number)[][] {
  const words: (string | number)[][] = [];
  if (password) words.push(username ? ['AUTH', username, password] : ['AUTH', password]);
  if (db > 0) words.push(['SELECT', db]);
  return words;
}
