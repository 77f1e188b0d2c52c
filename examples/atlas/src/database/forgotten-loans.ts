import type { Meter } from '@xc/core';
import type { Borrow } from './connections.ts';
import type { PlaceStore } from './place-store.ts';

const EVERY = 3;

/**
 * The bug of the act, as it is written every day: every third search looks up something more, and one path through that
 * returns without giving its connection back.
 */
export function withForgottenLoans(store: PlaceStore, borrow: Borrow, meter: Meter): PlaceStore {
  const forgotten = meter.counter({ name: 'atlas_forgotten_loans_total', help: 'Connections never given back' }).at();
  let searches = 0;

  async function searchedBefore(beginning: string): Promise<boolean> {
    const loan = await borrow('searched before', undefined);
    const { rows } = await loan.client.query('SELECT 1 WHERE $1 = $2', [beginning, '']);
    if (rows.length === 0) {
      forgotten.inc();
      return false;
    }
    loan.end(false);
    return true;
  }

  return {
    ...store,
    async search(beginning, signal) {
      searches += 1;
      if (searches % EVERY === 0) await searchedBefore(beginning);
      return store.search(beginning, signal);
    },
  };
}
