/** The parts of the rivals that the benches use; they are installed for the benches alone. */
declare module 'consistent-hash' {
  export default class ConsistentHash {
    constructor(options?: { readonly distribution?: string });
    add(node: string): this;
    get(key: string): string;
  }
}
declare module 'hashring' {
  export default class HashRing {
    constructor(servers: readonly string[]);
    get(key: string): string;
  }
}
declare module 'rendezvous-hash' {
  export default function select(key: string, nodes: Readonly<Record<string, string>>): string;
}
declare module 'jump-gouache' {
  export function fnvConsistentHash(key: string, buckets: number): number;
}
declare module 'jumphash' {
  export default function jumphash(key: string, buckets: number): number;
}
