/** Points on a circle of 2^32, in order, each of a node. */
export class Ring {
  readonly #points: Uint32Array;
  readonly #owners: Uint32Array | Uint16Array;
  /** The first point of each of equally long arcs, about one for each arc: from there it is a step or two. */
  readonly #firstOfArc: Uint32Array | Uint16Array;
  /** Bits of a point that do not choose its arc. */
  readonly #arcBits: number;

  /** @param points - Of each node; on equal points the earlier node wins. */
  constructor(points: readonly (readonly number[] | Uint32Array)[]) {
    const total = points.reduce((sum, own) => sum + own.length, 0);
    // A point and its node in one double, which native code sorts.
    const packed = new Float64Array(total);
    let at = 0;
    for (const [node, own] of points.entries()) {
      for (const point of own) packed[at++] = point * points.length + node;
    }
    packed.sort();
    this.#points = new Uint32Array(total);
    this.#owners = points.length <= 0x10000 ? new Uint16Array(total) : new Uint32Array(total);
    for (let index = 0; index < total; index += 1) {
      const value = packed[index] as number;
      const point = Math.floor(value / points.length);
      this.#points[index] = point;
      this.#owners[index] = value - point * points.length;
    }
    const bits = Math.min(24, Math.max(1, Math.ceil(Math.log2(total + 1))));
    this.#arcBits = 32 - bits;
    this.#firstOfArc = total < 0x10000 ? new Uint16Array(1 << bits) : new Uint32Array(1 << bits);
    let first = 0;
    for (let arc = 0; arc < this.#firstOfArc.length; arc += 1) {
      while (first < total && (this.#points[first] as number) < arc * 2 ** this.#arcBits) first += 1;
      this.#firstOfArc[arc] = first;
    }
  }

  /** The node of the first point from there on. */
  ownerOf(point: number): number {
    return this.#owners[this.#firstFrom(point)] as number;
  }

  /** The nodes of the points from there on, each as often as it has points. */
  *ownersFrom(point: number): Generator<number> {
    const first = this.#firstFrom(point);
    const size = this.#owners.length;
    for (let step = 0; step < size; step += 1) yield this.#owners[(first + step) % size] as number;
  }

  #firstFrom(point: number): number {
    const points = this.#points;
    let from = this.#firstOfArc[point >>> this.#arcBits] as number;
    while (from < points.length && (points[from] as number) < point) from += 1;
    return from === points.length ? 0 : from;
  }
}
