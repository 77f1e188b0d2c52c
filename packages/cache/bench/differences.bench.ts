import { createCache as createDedupe } from 'async-cache-dedupe';
import { BentoCache, bentostore } from 'bentocache';
import { memoryDriver } from 'bentocache/drivers/memory';
import { createCache as createCacheManager } from 'cache-manager';
import { Cacheable } from 'cacheable';
import type { Bench, Case } from '../../../bench/case.ts';
import { createCache } from '../src/index.ts';

/** What a cache has to have, to be asked what it does when things happen at the same time. */
interface Subject {
  read(key: string, load: () => Promise<unknown>): Promise<unknown>;
  remove(key: string): Promise<unknown>;
}

const subjects: Readonly<Record<string, () => Subject>> = {
  '@xc/cache': () => {
    const cache = createCache();
    return { read: (key, load) => cache.getOrSet(key, load), remove: (key) => cache.invalidate({ key }) };
  },
  bentocache: () => {
    const cache = bento();
    return {
      read: (key, factory) => cache.getOrSet({ key, ttl: '5m', factory }),
      remove: (key) => cache.delete({ key }),
    };
  },
  cacheable: () => {
    const cache = new Cacheable({ ttl: 300_000 });
    return { read: (key, load) => cache.getOrSet(key, load), remove: (key) => cache.delete(key) };
  },
  'cache-manager': () => {
    const cache = createCacheManager({ ttl: 300_000 });
    return { read: (key, load) => cache.wrap(key, load), remove: (key) => cache.del(key) };
  },
  'async-cache-dedupe': () => {
    const loaders: (() => Promise<unknown>)[] = [];
    const cache = createDedupe({ ttl: 300, storage: { type: 'memory' } });
    const defined = cache.define('read', () => (loaders.at(-1) as () => Promise<unknown>)());
    return {
      read(key, load) {
        // Its loader is fixed when the cache is made: this one runs the last that it was given.
        loaders.push(load);
        return defined.read(key);
      },
      remove: (key) => defined.clear('read', key),
    };
  },
};

/**
 * What other caches get wrong in memory, counted by programs that run on them and on ours. Not a question of speed: every case is
 * a fact, and the gates say what is right.
 */
const bench: Bench = {
  name: 'differences',
  run: async (): Promise<readonly Case[]> => [
    await counted('old values read after their key was removed while they were loaded', oldAfterRemoval),
    await counted('loader runs for 20 callers of a loader that fails', failingRuns),
    await counted('of 20 callers of a loader that fails, those who are not told', untold),
    await counted('readers who get what another reader wrote into its result', mutated),
    await counted('loader runs for 3 reads of a key that has nothing', nothingRuns),
    {
      name: 'old values read after their tag was removed while they were loaded',
      unit: 'count',
      value: await oldAfterOurTag(),
      peers: { bentocache: await oldAfterTag() },
    },
  ],
};

async function counted(name: string, count: (subject: Subject) => Promise<number>): Promise<Case> {
  const values: Record<string, number> = {};
  for (const [rival, make] of Object.entries(subjects)) values[rival] = await count(make());
  const { '@xc/cache': value = Number.NaN, ...peers } = values;
  return { name, unit: 'count', value, peers };
}

async function oldAfterRemoval({ read, remove }: Subject): Promise<number> {
  const source = { value: 'OLD' };
  const load = async () => {
    const { value } = source;
    await pause(20);
    return value;
  };
  const first = read('k', load);
  await pause(5);
  source.value = 'NEW';
  await remove('k');
  await first;
  return (await read('k', load)) === 'OLD' ? 1 : 0;
}

async function failingRuns({ read }: Subject): Promise<number> {
  let runs = 0;
  const load = async () => {
    runs++;
    await pause(5);
    throw new Error('source is down');
  };
  await Promise.allSettled(Array.from({ length: 20 }, () => read('k', load)));
  return runs;
}

async function untold({ read }: Subject): Promise<number> {
  const load = () => pause(5).then(() => Promise.reject(new Error('source is down')));
  const settled = await Promise.allSettled(Array.from({ length: 20 }, () => read('k', load)));
  return settled.filter(({ status }) => status === 'fulfilled').length;
}

async function mutated({ read }: Subject): Promise<number> {
  const load = async () => ({ name: 'Ada' });
  await read('k', load);
  const mine = (await read('k', load)) as { name: string };
  try {
    mine.name = 'changed';
  } catch {
    // A frozen value says so at once.
  }
  return ((await read('k', load)) as { name: string }).name === 'changed' ? 1 : 0;
}

async function nothingRuns({ read }: Subject): Promise<number> {
  let runs = 0;
  const load = async () => {
    runs++;
    return undefined;
  };
  for (let call = 0; call < 3; call++) await read('k', load).catch(() => undefined);
  return runs;
}

async function oldAfterOurTag(): Promise<number> {
  const cache = createCache();
  const load = () => pause(20).then(() => 'OLD');
  const first = cache.getOrSet('k', load, { tags: ['t'] });
  await pause(5);
  await cache.invalidate({ tags: ['t'] });
  await first;
  return (await cache.getOrSet('k', async () => 'NEW', { tags: ['t'] })) === 'OLD' ? 1 : 0;
}

async function oldAfterTag(): Promise<number> {
  const cache = bento();
  const factory = () => pause(20).then(() => 'OLD');
  const first = cache.getOrSet({ key: 'k', ttl: '5m', tags: ['t'], factory });
  await pause(5);
  await cache.deleteByTag({ tags: ['t'] });
  await first;
  return (await cache.getOrSet({ key: 'k', ttl: '5m', tags: ['t'], factory: () => 'NEW' })) === 'OLD' ? 1 : 0;
}

function bento() {
  return new BentoCache({ default: 'memory', stores: { memory: bentostore().useL1Layer(memoryDriver({})) } });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

export default bench;
