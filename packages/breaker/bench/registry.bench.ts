import type { Bench } from '../../../bench/case.ts';
import { interleave } from '../../../bench/interleave.ts';
import { createBreakers } from '../src/index.ts';

/** Finds breakers of `keys` keys, each time another one. */
function hits(keys: number): () => unknown {
  const breakers = createBreakers();
  const names = Array.from({ length: keys }, (_, key) => `https://host-${key}.example`);
  for (const name of names) breakers.for(name);
  let next = 0;
  return () => {
    // A stride that is no divisor of the number of keys visits all of them in no order a cache could guess.
    next = (next + 7_919) % keys;
    return breakers.for(names[next] as string);
  };
}

/** What it costs to find the breaker of a key. */
const bench: Bench = {
  name: 'registry',
  async run() {
    const ns = await interleave({ few: hits(10), many: hits(10_000) });
    return [
      { name: 'hit, 10 keys', unit: 'ns', value: ns.few },
      { name: 'hit, 10,000 keys', unit: 'ns', value: ns.many, peers: { '10 keys': ns.few } },
    ];
  },
};

export default bench;
