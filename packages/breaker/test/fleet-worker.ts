// One process of a fleet: calls a service all the time through a breaker that has joined.
import { setTimeout as sleep } from 'node:timers/promises';
import { connectRedis } from '@xc/redis';
import { createBreaker } from '../src/index.ts';
import { createCoordinator } from '../src/redis/index.ts';

const [redis = '', service = '', prefix = ''] = process.argv.slice(2);

const fleet = createCoordinator(connectRedis(redis), {
  prefix,
  intervalMs: 100,
  deadlineMs: 1_000,
  memberTtlMs: 2_000,
});
const breaker = createBreaker({
  name: 'service',
  consecutive: 5,
  openForMs: 1_500,
  halfOpen: { permits: 2, maxWaitMs: 5_000 },
});
fleet.join(breaker);

let url = service;
process.on('message', (message: { readonly url?: string; readonly stop?: boolean }) => {
  if (message.url !== undefined) url = message.url;
  if (message.stop === true) return void fleet[Symbol.asyncDispose]().then(() => process.exit(0));
  const { reason } = breaker.dump();
  process.send?.({ state: breaker.state, reason, fleet: fleet.fleet('service') });
});
process.send?.('ready');

async function caller(): Promise<never> {
  for (;;) {
    await breaker
      .run(async () => {
        const response = await fetch(url);
        await response.arrayBuffer();
        if (!response.ok) throw new Error(`answered ${response.status}`);
      })
      .catch(() => undefined);
    await sleep(5);
  }
}
await Promise.all(Array.from({ length: 4 }, caller));
