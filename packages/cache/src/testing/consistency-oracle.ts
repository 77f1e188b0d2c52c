/** An invalidation that has resolved, and from when on which nodes owe obedience. */
interface Binding {
  readonly key: string;
  /** Of the database when the invalidation began. */
  readonly version: number;
  readonly node: number;
  /** When that node began. */
  readonly born: number;
  readonly at: number;
  /** The second level and the message were handed over. */
  readonly delivered: boolean;
}

/**
 * Knows what a read may return: nothing older than the database was when an invalidation of the key began that had resolved
 * before the read did begin; on other nodes than the one that made it, three heartbeats later or after the node was connected again.
 */
export class ConsistencyOracle {
  readonly #heartbeatMs: number;
  readonly #database = new Map<string, number>();
  readonly #bindings: Binding[] = [];
  readonly #connectedSince: number[];
  readonly #born: number[];

  constructor(nodes: number, heartbeatMs: number) {
    this.#heartbeatMs = heartbeatMs;
    this.#born = Array.from({ length: nodes }, () => 0);
    this.#connectedSince = Array.from({ length: nodes }, () => 0);
  }

  /** What the database has now. */
  current(key: string): number {
    return this.#database.get(key) ?? 0;
  }

  /** A write to the database. */
  write(keys: readonly string[]): void {
    for (const key of keys) this.#database.set(key, this.current(key) + 1);
  }

  /** The node lost or got back its connection; `Infinity`: it has none. */
  connected(node: number, since: number): void {
    this.#connectedSince[node] = since;
  }

  /** An invalidation by `node` that began when the database was at `versions` has resolved. */
  resolved(versions: ReadonlyMap<string, number>, node: number, at: number, delivered: boolean): void {
    const born = this.#born[node] as number;
    for (const [key, version] of versions) this.#bindings.push({ key, version, node, born, at, delivered });
  }

  /** The node is another one from now on: it owes nothing for what it did before, and what it had not delivered is lost. */
  crashed(node: number, now: number): void {
    this.#born[node] = now;
    for (const [index, binding] of this.#bindings.entries()) {
      if (binding.node === node) this.#bindings[index] = { ...binding, node: Number.NaN };
    }
  }

  /** Everything that resolved has been delivered since. */
  allDelivered(at: number): void {
    for (const [index, binding] of this.#bindings.entries()) {
      if (!binding.delivered && !Number.isNaN(binding.node))
        this.#bindings[index] = { ...binding, at, delivered: true };
    }
  }

  /**
   * Tells the oldest version that a read beginning now on the node may return. Asked again when the read has ended, it excuses what
   * an outage meanwhile has let grace serve, and holds nothing against the read that was resolved after it began.
   */
  oldestAllowed(key: string, node: number, now: number): () => number {
    const known = this.#bindings.length;
    return () => {
      let oldest = 0;
      for (const binding of this.#bindings.slice(0, known)) {
        if (binding.key === key && this.#binds(binding, node, now)) oldest = Math.max(oldest, binding.version);
      }
      return oldest;
    };
  }

  #binds(binding: Binding, node: number, now: number): boolean {
    if (binding.node === node) return true;
    if (!binding.delivered) return false;
    let since = Math.max(binding.at, this.#connectedSince[node] as number);
    if (!Number.isNaN(binding.node)) since = Math.max(since, this.#connectedSince[binding.node] as number);
    // That a node fell silent is only noticed by those who knew it.
    else if (binding.at < Math.max(binding.born, this.#born[node] as number) + 2 * this.#heartbeatMs) return false;
    return now > since + 3 * this.#heartbeatMs;
  }
}
