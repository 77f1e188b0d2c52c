import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '@xc/core';
import type { RedisClient } from '@xc/redis';
import { test } from 'vitest';
import { pubsub, redisTier, stream, tracking } from '../../src/redis/index.ts';
import { coherenceContract, tierContract } from '../../src/testing/index.ts';

const HEARTBEAT_MS = 100;

/** Holds tier and coherences on this client to what all of them promise; a real server really waits. */
export function contracts(what: string, client: () => RedisClient): void {
  test.for(tierContract)(`${what}: $name`, ({ run }) =>
    run({ tier: redisTier(client(), { deadlineMs: 5_000 }), pass: (ms) => sleep(ms) }),
  );
  for (const [name, make] of Object.entries({ pubsub, stream, tracking })) {
    test.for(coherenceContract)(`${what}, ${name}: $name`, ({ run }) =>
      run({
        tier: redisTier(client(), { deadlineMs: 5_000 }),
        coherence: make(client(), { heartbeatMs: HEARTBEAT_MS, deadlineMs: 5_000 }),
        clock: systemClock,
        pass: (ms) => sleep(ms),
      }),
    );
  }
}
