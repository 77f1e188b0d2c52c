import type { Lease } from '../engine/step-request.ts';

/** Of how many it is remembered that they were told: the other word on a lease comes soon, or never. */
const mostTold = 1_000;

/**
 * Lets a lost lease be told of once by a queue object, which may hear of it twice: from the step that found that it had ended, and
 * in the answer to a report that came too late.
 */
export class LostLeases {
  readonly #told = new Set<string>();

  /** Whether nobody has asked for this one before. */
  first({ id, fence }: Pick<Lease, 'id' | 'fence'>): boolean {
    const lease = `${fence} ${id}`;
    if (this.#told.delete(lease)) return false;
    this.#told.add(lease);
    if (this.#told.size > mostTold) this.#told.delete(this.#told.values().next().value as string);
    return true;
  }
}
