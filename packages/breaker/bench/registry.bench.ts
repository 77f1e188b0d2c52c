import type { Bench, Case } from '../../../bench/case.ts';
import { interleave } from '../../../bench/interleave.ts';
import { createBreakers } from '../src/index.ts';

/** Finds the breakers of `visited` keys in turns, in a registry of `keys`. */
function hits(keys: number, visited: number): () => unknown {
  const breakers = createBreakers();
  const names = Array.from({ length: keys }, (_, key) => `https://host-${key}.example`);
  for (const name of names) breakers.for(name);
  let next = 0;
  return () => {
    // A stride that is no divisor of the number of keys visits all of them in no order a cache could guess.
    next = (next + 7_919) % visited;
    return breakers.for(names[next] as string);
  };
}

/** What it costs to find the breaker of a key; a visit of all keys pays for the memory that they lie in as well. */
const bench: Bench = {
  name: 'registry',
  async run(): Promise<readonly Case[]> {
    const ns = await interleave({ few: hits(10, 10), many: hits(10_000, 10), all: hits(10_000, 10_000) });
    return [
      { name: 'hit, 10 keys', unit: 'ns', value: ns.few },
      { name: 'hit, 10,000 keys', unit: 'ns', value: ns.many, peers: { '10 keys': ns.few } },
      { name: 'hit, 10,000 keys, all of them', unit: 'ns', value: ns.all },
    ];
  },
};

export default bench;
