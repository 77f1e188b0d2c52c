import { eventually, startPostgres } from '@xc/test-support';
import { expect, test } from 'vitest';
import { createSchema } from '../src/database/create-schema.ts';
import { openGuide as leaky } from '../src/guides/leaky.ts';
import { openGuide as pooled } from '../src/guides/pooled.ts';
import type { OpenGuide } from '../src/service/city-guide.ts';
import { openService } from './open-service.ts';
import { somePlaces } from './some-places.ts';

/** A guide with the bug in its search, after so many searches that thirteen connections are forgotten. */
async function searched(guide: OpenGuide) {
  const database = await startPostgres();
  await createSchema(database.url, somePlaces);
  const service = await openService(guide, database.url);
  const search = async () => {
    const signal = AbortSignal.timeout(3_000);
    return (await fetch(`${service.origin}/search?q=berl`, { signal }).catch(() => undefined))?.status;
  };
  return {
    search,
    status: async () => {
      const response = await fetch(`${service.origin}/status`, { headers: { accept: 'application/json' } });
      return (await response.json()) as { status: string; facts: Record<string, string> };
    },
    async [Symbol.asyncDispose]() {
      await service[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

test('the pool takes forgotten connections back, names who forgot them, and tells what the database does', async () => {
  await using service = await searched(pooled);
  for (let count = 0; count < 39; count += 1) expect(await service.search()).toBe(200);
  await eventually('all are taken back', async () => (await service.status()).facts['leaks taken back'] === '13');
  const { facts } = await service.status();
  expect(facts['the last one by']).toMatch(/^"searched before" in searchedBefore \(?forgotten-loans\.ts:\d+:\d+\)?$/);
  expect(facts['query 1 by total time']).toMatch(/: \d+ x [\d.]+ ms = \d+ ms$/);
  expect(await service.search()).toBe(200);
});

test('the bare pool runs dry of the same bug', async () => {
  await using service = await searched(leaky);
  for (let count = 0; count < 29; count += 1) expect(await service.search()).toBe(200);
  await service.search();
  expect(await service.search()).toBeUndefined();
});
