/** What a node says of the history of its data. */
export interface LineageFacts {
  /** Of the history that it writes or follows. */
  readonly id: string;
  /** Of the history that this one goes on from; zeros when there is none. */
  readonly before: string;
  /** At which offset it went on; -1 when it did not. */
  readonly promotedAt: number;
  /** Where the node is. */
  readonly place: string;
}

/** Orders the histories of one replicated Redis: each promotion begins one, and the youngest is the right one. */
export class Lineages {
  readonly #terms = new Map<string, number>();
  readonly #successors = new Map<string, string>();
  #top: { readonly term: number; readonly place: string } | undefined;

  /** Learns of the history of a node that takes itself for the primary. */
  termOfPrimary(facts: LineageFacts): number {
    const known = this.#terms.get(facts.id);
    const term = known ?? this.#newTerm(facts);
    if (known === undefined) {
      this.#terms.set(facts.id, term);
      if (!this.#successors.has(facts.before)) this.#successors.set(facts.before, facts.id);
    }
    if (this.#top === undefined || term >= this.#top.term) this.#top = { term, place: facts.place };
    return term;
  }

  /** Of the history that a replica follows, as far as its primary has been heard of. */
  termOfReplica({ id, promotedAt }: LineageFacts): number {
    return this.#terms.get(id) ?? Math.max(promotedAt, 0);
  }

  #newTerm({ before, promotedAt, place }: LineageFacts): number {
    const top = this.#top;
    // The same server with a new history: it was restarted, and is still the one.
    if (top?.place === place) return Math.max(promotedAt, top.term + 1);
    const past = this.#terms.get(before);
    if (past === undefined) return Math.max(promotedAt, 0);
    // A history that has gone on elsewhere already is not gone on from once more.
    return this.#successors.has(before) ? past : Math.max(promotedAt, past + 1);
  }
}
