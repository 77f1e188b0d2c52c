import type { Bench } from '../../../bench/case.ts';
import { facadeBesideGenericPool } from './facade-facts.ts';
import { besideGenericPool } from './generic-pool-facts.ts';

/**
 * What generic-pool gets wrong, counted by programs that run on it and on ours. Not a question of speed: every case is a fact,
 * and the gates say what is right.
 */
const bench: Bench = {
  name: 'differences',
  async run() {
    return [...(await besideGenericPool()), ...(await facadeBesideGenericPool())];
  },
};

export default bench;
