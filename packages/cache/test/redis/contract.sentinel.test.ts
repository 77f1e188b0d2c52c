import { Redis } from 'ioredis';
import { Redis as Redis5 } from 'ioredis-5';
import { afterAll, beforeAll, inject } from 'vitest';
import { contracts } from './contract.ts';

let client: Redis;
let older: Redis;
beforeAll(() => {
  client = new Redis(inject('sentinel'));
  older = new Redis5(inject('sentinel')) as unknown as Redis;
});
afterAll(() => {
  client.disconnect();
  older.disconnect();
});

contracts('a master behind Sentinel', () => client);
contracts('a master behind Sentinel, ioredis 5', () => older);
