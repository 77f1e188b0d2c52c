/** The slot that a node asks for in its n-th turn. */
export type SlotOf = (node: number, turn: number) => number;

/**
 * The look-up table of Maglev (Eisenbud et al., NSDI 2016, section 3.4): slot to node. Nodes take turns, each takes the first
 * free slot in its own order, until all slots are taken.
 *
 * @param orders - For each node all slots, in the order in which it would have them.
 * @param size - How many slots there are.
 * @throws RangeError when there is no node, or an order does not have all slots.
 */
export function maglevTable(orders: readonly ArrayLike<number>[], size: number): number[] {
  if (orders.length === 0) throw new RangeError('orders must be of one node at least, got 0');
  for (const order of orders) {
    const slots = new Set(Array.from(order).filter((slot) => Number.isInteger(slot) && slot >= 0 && slot < size));
    if (slots.size !== size || order.length !== size) {
      throw new RangeError(`each order must have the slots 0 to ${size - 1} once, got ${order.length} entries`);
    }
  }
  return Array.from(
    fillTable(
      orders.map(() => 1),
      size,
      (node, turn) => orders[node]?.[turn] as number,
    ),
  );
}

/**
 * The same for orders that are computed.
 * @param shares - How often each node takes its turn, at most 1 and for one of them 1.
 */
export function fillTable(shares: readonly number[], size: number, slotOf: SlotOf): Uint32Array {
  const table = new Uint32Array(size);
  const taken = new Uint8Array(size);
  const turns = new Uint32Array(shares.length);
  const credit = new Float64Array(shares.length);
  let free = size;
  while (free > 0) {
    for (let node = 0; node < shares.length && free > 0; node += 1) {
      credit[node] = (credit[node] as number) + (shares[node] as number);
      if ((credit[node] as number) < 1) continue;
      credit[node] = (credit[node] as number) - 1;
      let slot: number;
      do {
        slot = slotOf(node, turns[node] as number);
        turns[node] = (turns[node] as number) + 1;
      } while (taken[slot] === 1);
      taken[slot] = 1;
      table[slot] = node;
      free -= 1;
    }
  }
  return table;
}
