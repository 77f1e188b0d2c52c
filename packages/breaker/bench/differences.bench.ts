import type { Bench } from '../../../bench/case.ts';
import { besideCockatiel } from './cockatiel-facts.ts';
import { besideOpossum } from './opossum-facts.ts';

/**
 * What the rivals get wrong, counted by programs that run on them and on ours. Not a question of speed: every case is a
 * fact, and the gates say what is right.
 */
const bench: Bench = {
  name: 'differences',
  async run() {
    return [...(await besideOpossum()), ...(await besideCockatiel())];
  },
};

export default bench;
