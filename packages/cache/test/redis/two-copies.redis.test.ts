import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@xc/test-support';
import { build } from 'esbuild';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { Cache } from '../../src/index.ts';

type Package = typeof import('../../src/index.ts') & typeof import('../../src/redis/index.ts');

let folder: string;
let esm: Package;
let cjs: Package;

/** The package as users get it, all in one file of either kind. */
async function copy(format: 'esm' | 'cjs'): Promise<string> {
  const outfile = join(folder, format === 'esm' ? 'copy.mjs' : 'copy.cjs');
  const src = join(import.meta.dirname, '../../src');
  await build({
    stdin: { contents: `export * from './index.ts'; export * from './redis/index.ts';`, resolveDir: src, loader: 'ts' },
    outfile,
    bundle: true,
    format,
    platform: 'node',
    target: 'node20',
    conditions: ['@xc/source'],
    loader: { '.lua': 'text' },
    external: ['ioredis'],
    logLevel: 'silent',
  });
  return outfile;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xc-copies-'));
  esm = (await import(/* @vite-ignore */ await copy('esm'))) as Package;
  cjs = createRequire(import.meta.url)(await copy('cjs')) as Package;
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('an ESM and a CommonJS copy in one process are nodes of one cache', async () => {
  expect(esm.createCache).not.toBe(cjs.createCache);
  const client = new Redis(inject('redis'));
  const name = `copies-${process.pid}-${Date.now()}`;
  const open = ({ createCache, redisTier, pubsub }: Package): Cache =>
    createCache({
      name,
      l2: redisTier(client, { deadlineMs: 5_000 }),
      coherence: pubsub(client, { deadlineMs: 5_000 }),
    });
  const [a, b] = [open(esm), open(cjs)];
  await eventually('both hear', () => [a, b].every((cache) => cache.stats().coherence === 'up'));

  await a.set('k', { from: 'esm' }, { tags: ['t'] });
  expect(await b.get('k')).toEqual({ from: 'esm' });
  await b.set('k', { from: 'cjs' }, { tags: ['t'] });
  await eventually('the other one has heard', async () => (await a.get<{ from: string }>('k'))?.from === 'cjs');

  for (const target of [{ key: 'k' }, { tags: ['t'] }, { prefix: 'k' }, { all: true }] as const) {
    await a.set('k', 'OLD', { tags: ['t'] });
    await eventually('the other one has it', async () => (await b.get('k')) === 'OLD');
    await a.invalidate(target);
    await eventually('the other one has heard', async () => (await b.get('k')) === undefined);
  }

  const runs: string[] = [];
  const load = (who: string) => async () => {
    runs.push(who);
    await new Promise((resolve) => setTimeout(resolve, 50));
    return who;
  };
  const [first, second] = await Promise.all([
    a.getOrSet('cold', load('esm'), { fill: 'cluster' }),
    b.getOrSet('cold', load('cjs'), { fill: 'cluster' }),
  ]);
  expect(runs.length).toBe(1);
  expect(first).toBe(second);

  expect(await a.once('paid', async () => 'by esm')).toBe('by esm');
  expect(await b.once('paid', async () => 'by cjs')).toBe('by esm');
  // What went wrong in one copy is known in the other.
  const error = await a.getOrSet('self', () => a.getOrSet('self', () => 1)).catch((reason: unknown) => reason);
  const { isXcError } = await import('@xc/core');
  expect(isXcError(error, 'XC_CACHE_REENTRANT')).toBe(true);
  for (const cache of [a, b]) await cache[Symbol.asyncDispose]();
  client.disconnect();
});
