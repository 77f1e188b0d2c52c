import type { Cluster, Redis } from 'ioredis';
import type { Cluster as Cluster5, Redis as Redis5 } from 'ioredis-5';
import { expectTypeOf, test } from 'vitest';
import type { RedisClient, RedisLike } from './client.ts';

test('takes the clients of both releases of the library, whichever copy they come from', () => {
  expectTypeOf<Redis>().toExtend<RedisLike>();
  expectTypeOf<Cluster>().toExtend<RedisLike>();
  expectTypeOf<Redis5>().toExtend<RedisLike>();
  expectTypeOf<Cluster5>().toExtend<RedisLike>();
  expectTypeOf<RedisClient>().toExtend<RedisLike>();
  expectTypeOf<RedisClient>().toEqualTypeOf<Redis | Cluster>();
});

test('takes nothing that is no client', () => {
  expectTypeOf<{ get(key: string): Promise<string> }>().not.toExtend<RedisLike>();
});
