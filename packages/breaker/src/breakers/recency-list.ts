/** What a `RecencyList` holds. The links are the list's business. */
export interface Recent<Node> {
  /** Monotonic milliseconds. */
  usedAt: number;
  newer: Node | undefined;
  older: Node | undefined;
}

/** Nodes by when they were used last. Using one and taking one out cost the same few steps however many there are. */
export class RecencyList<Node extends Recent<Node>> {
  #newest: Node | undefined;
  #oldest: Node | undefined;

  get oldest(): Node | undefined {
    return this.#oldest;
  }

  /** Puts a node that is in no list where its time belongs; looks from the oldest on. */
  insert(node: Node): void {
    let newer = this.#oldest;
    while (newer !== undefined && newer.usedAt < node.usedAt) newer = newer.newer;
    this.#link(node, newer);
  }

  /** Puts a node that is in no list in front. */
  add(node: Node): void {
    this.#link(node, undefined);
  }

  /** Brings a node of this list to the front. */
  touch(node: Node): void {
    if (node === this.#newest) return;
    this.remove(node);
    this.#link(node, undefined);
  }

  /** Takes a node of this list out. */
  remove({ newer, older }: Node): void {
    if (newer === undefined) this.#newest = older;
    else newer.older = older;
    if (older === undefined) this.#oldest = newer;
    else older.newer = newer;
  }

  #link(node: Node, newer: Node | undefined): void {
    const older = newer === undefined ? this.#newest : newer.older;
    node.newer = newer;
    node.older = older;
    if (newer === undefined) this.#newest = node;
    else newer.older = node;
    if (older === undefined) this.#oldest = node;
    else older.newer = node;
  }
}
