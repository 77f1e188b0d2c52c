import type { Bench } from '../../../bench/case.ts';
import { interleave } from '../../../bench/interleave.ts';
import { createPool } from '../src/index.ts';

/** What it adds to capture the stack of every borrower. */
const bench: Bench = {
  name: 'stack',
  async run() {
    const factory = { create: async () => ({}), destroy: async () => {} };
    const always = createPool(factory, { leak: { stack: 'always' } });
    const off = createPool(factory, { leak: { stack: 'off' } });
    const { ours, without } = await interleave({
      ours: async () => (await always.acquire()).release(),
      without: async () => (await off.acquire()).release(),
    });
    await Promise.all([always.drain(), off.drain()]);
    return [{ name: 'capture', unit: 'ns', value: ours - without }];
  },
};

export default bench;
