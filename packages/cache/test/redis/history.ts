/** An invalidation that has returned, of a key that has had this version in the database since before. */
interface Invalidated {
  readonly version: number;
  readonly node: number;
  readonly returnedAt: number;
  /** By what, and whether it had reached the second level. */
  readonly how: string;
  /** When it had reached the second level; later than it returned, where that was away. */
  deliveredAt: number;
}

/** A read that has ended. */
export interface ReadFact {
  readonly node: number;
  readonly key: string;
  readonly startedAt: number;
  readonly version: number;
  /** How it was read. */
  readonly by: string;
}

/**
 * What was invalidated when, and when which node could hear. A read may serve nothing older than what was invalidated before it
 * began: on the node that did it at once, on the others within a bound from when the invalidation was there and they could hear.
 */
export class History {
  readonly #boundMs: number;
  readonly #invalidated = new Map<string, Invalidated[]>();
  /** Until when each node could not hear for sure. */
  readonly #deafUntil: number[];
  readonly violations: string[] = [];
  reads = 0;
  /** Reads of which the rule for other nodes said something. */
  judged = 0;

  constructor(nodes: number, boundMs: number) {
    this.#boundMs = boundMs;
    this.#deafUntil = Array.from({ length: nodes }, () => 0);
  }

  /** From now on the node may miss something. */
  deaf(node: number): void {
    this.#deafUntil[node] = Number.POSITIVE_INFINITY;
  }

  /** It hears again. */
  hears(node: number): void {
    this.#deafUntil[node] = performance.now();
  }

  invalidated(node: number, key: string, version: number, delivered: boolean, by: string): Invalidated {
    const now = performance.now();
    const how = `${by}${delivered ? '' : ', not delivered'}`;
    const fact = { version, node, returnedAt: now, how, deliveredAt: delivered ? now : Number.POSITIVE_INFINITY };
    const facts = this.#invalidated.get(key) ?? [];
    // Only the newest few can say anything that later ones do not.
    this.#invalidated.set(key, [...facts.slice(-40), fact]);
    return fact;
  }

  read({ node, key, startedAt, version, by }: ReadFact): void {
    this.reads += 1;
    for (const fact of this.#invalidated.get(key) ?? []) {
      if (version >= fact.version) continue;
      if (fact.node === node && startedAt > fact.returnedAt) {
        this.violations.push(
          `node ${node} served version ${version} of ${key} ${(startedAt - fact.returnedAt).toFixed(1)} ms after it had itself invalidated up to ${fact.version} (${fact.how}; ${by})`,
        );
      }
      const since = Math.max(fact.deliveredAt, this.#deafUntil[node] as number);
      if (fact.node !== node && startedAt > since + this.#boundMs) {
        this.violations.push(
          `node ${node} served version ${version} of ${key} ${(startedAt - since).toFixed(1)} ms after node ${fact.node} had invalidated up to ${fact.version} (${fact.how}; ${by})`,
        );
      }
    }
    this.judged += 1;
  }
}
