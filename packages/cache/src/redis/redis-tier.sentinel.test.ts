import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { call, entryOf, openSpace } from '../../test/redis/space.ts';

let client: Redis;
beforeAll(() => {
  client = new Redis(inject('sentinel'));
});
afterAll(() => client.disconnect());

test('works on the master that the sentinels name', async () => {
  const space = openSpace(client);
  const [written] = await space.set([{ key: '/k', entry: entryOf('v'), stamp: 'latest', maxBytes: 100 }], call);
  expect(written?.state).toBe('stored');
  const { found, groups } = await space.read([{ key: '/k', fence: 'none' }], { ...call, latest: true });
  expect(found[0]).toMatchObject({ state: 'hit', entry: { value: 'v', stamp: groups?.latest } });
  await space.drop([{ key: '/k', soft: false }], call);
  expect((await space.read([{ key: '/k', fence: 'none' }], call)).found[0]).toEqual({ state: 'miss' });
});
