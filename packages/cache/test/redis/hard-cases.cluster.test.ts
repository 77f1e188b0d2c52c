import { Cluster } from 'ioredis';
import { describe, inject } from 'vitest';
import { hardCases } from './hard-cases.ts';

describe.each(['pubsub', 'tracking', 'stream'] as const)('three clients on a cluster of three masters, %s', (kind) => {
  hardCases(() => new Cluster(inject('cluster')), kind);
});
