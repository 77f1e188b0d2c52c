import { Redis } from 'ioredis';
import { Redis as Redis5 } from 'ioredis-5';
import { afterAll, beforeAll, inject } from 'vitest';
import { contracts } from './contract.ts';

let client: Redis;
let older: Redis;
beforeAll(() => {
  client = new Redis(inject('redis'));
  older = new Redis5(inject('redis')) as unknown as Redis;
});
afterAll(() => {
  client.disconnect();
  older.disconnect();
});

contracts('one Redis', () => client);
contracts('one Redis, ioredis 5', () => older);
