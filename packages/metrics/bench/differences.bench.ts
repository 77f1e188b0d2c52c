import type { Bench } from '../../../bench/case.ts';
import { besidePromClient } from './prom-client-facts.ts';

/**
 * What prom-client gets wrong, counted by programs that run on it and on ours. Not a question of speed: every case is a fact, and
 * the gates say what is right.
 */
const bench: Bench = { name: 'differences', run: besidePromClient };

export default bench;
