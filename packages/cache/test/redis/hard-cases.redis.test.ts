import { Redis } from 'ioredis';
import { Redis as Redis5 } from 'ioredis-5';
import { describe, inject } from 'vitest';
import { hardCases } from './hard-cases.ts';

describe.each(['pubsub', 'tracking', 'stream'] as const)('three clients on one Redis, %s', (kind) => {
  hardCases(() => new Redis(inject('redis')), kind);
});

describe('three clients of ioredis 5 on one Redis', () => {
  hardCases(() => new Redis5(inject('redis')) as unknown as Redis, 'pubsub');
});
