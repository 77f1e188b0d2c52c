import generic from 'generic-pool';
import { createPool as createLightning } from 'lightning-pool';
import { Pool as Tarn } from 'tarn';
import type { Bench } from '../../../bench/case.ts';
import { interleave } from '../../../bench/interleave.ts';
import { createPool } from '../src/index.ts';

/** What it costs to borrow and return a resource that is there, with every default on. */
const bench: Bench = {
  name: 'warm',
  async run() {
    const create = async () => ({});
    const destroy = async () => {};
    const ours = createPool({ create, destroy });
    const used = createPool({ create, destroy });
    const generics = generic.createPool({ create, destroy }, { max: 10 });
    const lightning = createLightning({ create, destroy }, { max: 10 });
    const tarn = new Tarn({ create, destroy, min: 0, max: 10 });
    const ns = await interleave({
      ours: async () => {
        const lease = await ours.acquire();
        lease.release();
      },
      use: () => used.use(() => 1),
      'generic-pool': async () => {
        const resource = await generics.acquire();
        await generics.release(resource);
      },
      'lightning-pool': async () => {
        const resource = await lightning.acquire();
        lightning.release(resource);
      },
      tarn: async () => {
        const resource = await tarn.acquire().promise;
        tarn.release(resource);
      },
    });
    await Promise.all([ours.drain(), used.drain(), generics.drain(), lightning.close(true), tarn.destroy()]);
    const { ours: pair, use, ...peers } = ns;
    const lightningOnly = { 'lightning-pool': peers['lightning-pool'] };
    return [
      { name: 'acquire and release', unit: 'ns', value: pair, peers },
      { name: 'acquire and release, against lightning-pool', unit: 'ns', value: pair, peers: lightningOnly },
      { name: 'use', unit: 'ns', value: use, peers },
    ];
  },
};

export default bench;
