import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { lstat, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hashPartitions } from '../partitioners/hash-partitions.ts';
import { storeContract } from '../testing/store-contract.ts';
import { createTopology } from './create-topology.ts';
import { fileTopologyStore } from './file-topology-store.ts';

let folder: string;
let files = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xc-topology-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const first = createTopology({ partitioner: hashPartitions({ partitions: 8 }), shards: [{ id: 'a' }, { id: 'b' }] });

const inFile = async () => {
  const path = join(folder, `${files++}`, 'topology.json');
  return { open: async () => fileTopologyStore(path) };
};

test.for(storeContract(inFile))('file: $name', ({ run }) => run());

test('a topology that its caller changes meanwhile is stored as it was', async () => {
  const store = fileTopologyStore(join(folder, `${files++}.json`));
  const next = structuredClone(first);
  const storing = store.cas(next, 0);
  Object.assign(next, { owners: ['nobody'] });
  expect(await storing).toBe(true);
  expect(await store.load()).toEqual(first);
  expect(() => fileTopologyStore('a\0b')).toThrow('path must be that of a file');
});

test('four processes change it a thousand times, each time one of them', async () => {
  const path = join(folder, `${files++}.json`);
  await fileTopologyStore(path).cas(first, 0);
  const program = new URL('../../test/change-topology.ts', import.meta.url);
  const children = Array.from({ length: 4 }, () =>
    spawn(process.execPath, ['--conditions=@xc/source', '--import', 'tsx', program.pathname, path, '250'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    }),
  );
  const ended = await Promise.all(children.map((child) => once(child, 'exit')));
  expect(ended.map(([code]) => code)).toEqual([0, 0, 0, 0]);
  expect((await fileTopologyStore(path).load())?.epoch).toBe(1_001);
  expect((await readdir(folder)).filter((name) => name.includes('.lock') || name.startsWith('.'))).toEqual([]);
});

test('a lock left behind by a process that has died is taken away', async () => {
  const path = join(folder, `${files++}.json`);
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  await writeFile(`${path}.lock`, `${child.pid} somebody`);
  expect(await fileTopologyStore(path).cas(first, 0)).toBe(true);
});

test('what processes that have died were writing is taken away by the next change, and nothing else is', async () => {
  const own = await mkdtemp(join(folder, 'own-'));
  const path = join(own, 't.json');
  const left = [`.t.json.${randomUUID()}`, `.t.json.${randomUUID()}`];
  const others = ['.t.json.swp', `.s.json.${randomUUID()}`, `t.json.${randomUUID()}`];
  for (const name of [...left, ...others]) await writeFile(join(own, name), 'half a fi');
  expect(await fileTopologyStore(path).cas(first, 0)).toBe(true);
  expect((await readdir(own)).sort()).toEqual([...others, 't.json'].sort());
});

test('a lock that is held fails a change in time, and a path that is none at once', async () => {
  const path = join(folder, `${files++}.json`);
  await writeFile(`${path}.lock`, `${process.pid} me`);
  await expect(fileTopologyStore(path).cas(first, 0)).rejects.toMatchObject({
    code: 'XC_SHARD_TOPOLOGY_UNAVAILABLE',
    retryable: true,
  });
  const beneath = fileTopologyStore(join(path, 'x', 'y.json'));
  await writeFile(path, '{}');
  await expect(beneath.cas(first, 0)).rejects.toMatchObject({ code: 'XC_SHARD_TOPOLOGY_UNAVAILABLE' });
  await expect(fileTopologyStore(path).load()).rejects.toMatchObject({ code: 'XC_SHARD_TOPOLOGY_INVALID' });
  expect(() => fileTopologyStore('')).toThrow(TypeError);
});

test('a watch that meets the end of its store, or comes after, is refused', async () => {
  const store = fileTopologyStore(join(folder, `${files++}.json`));
  const refused = { code: 'XC_SHARD_TOPOLOGY_UNAVAILABLE' };
  const opening = expect(store.watch(() => undefined)).rejects.toMatchObject(refused);
  await store[Symbol.asyncDispose]();
  await opening;
  await expect(store.watch(() => undefined)).rejects.toMatchObject(refused);
});

test.for(['there', 'not there yet'] as const)(
  'a file that is %s is one by whichever link it is known',
  async (state) => {
    const path = join(folder, `${files++}.json`);
    const link = `${path}.link`;
    const store = fileTopologyStore(path);
    const linked = fileTopologyStore(link);
    await symlink(path, link);
    if (state === 'there') expect(await linked.cas(first, 0)).toBe(true);
    const from = state === 'there' ? 1 : 0;
    const next = { ...first, epoch: from + 1 };
    const won = await Promise.all([store, linked, store, linked].map((one) => one.cas(next, from)));
    expect(won.filter((isStored) => isStored)).toHaveLength(1);
    expect(await linked.load()).toEqual(await store.load());
    expect((await lstat(link)).isSymbolicLink()).toBe(true);
  },
);

test('what is no JSON is no topology', async () => {
  const path = join(folder, `${files++}.json`);
  await writeFile(path, 'half a fi');
  await expect(fileTopologyStore(path).load()).rejects.toMatchObject({ code: 'XC_SHARD_TOPOLOGY_INVALID' });
});
