import assert from 'node:assert/strict';
import { createBreaker } from '@xc/breaker';
import { createCoordinator } from '@xc/breaker/redis';
import { connectRedis, redisBus } from '@xc/redis';

/** What each process does. */
function start(url: string) {
  const client = connectRedis(url, { name: 'payments' });
  const bus = redisBus(client);
  const payments = createBreaker({
    name: 'payments',
    consecutive: 3,
    openForMs: 10_000,
  });
  const fleet = createCoordinator(client, { bus });
  fleet.join(payments);
  return {
    payments,
    fleet,
    async stop() {
      await fleet[Symbol.asyncDispose]();
      await bus[Symbol.asyncDispose]();
      client.disconnect();
    },
  };
}

export async function show(url: string): Promise<void> {
  const [one, other, third] = [start(url), start(url), start(url)];
  for (const { fleet } of [one, other, third]) await fleet.tick();

  const down = () => Promise.reject(new Error('connection refused'));
  for (const { payments, fleet } of [one, other]) {
    for (let call = 0; call < 3; call += 1) {
      await payments.run(down).catch(() => {});
    }
    await fleet.tick();
  }

  // Two of three have found out for themselves; the third need not.
  await third.fleet.tick();
  assert.equal(third.payments.dump().reason, 'fleet');
  assert.equal(third.fleet.fleet('payments')?.votes, 2);

  for (const { stop } of [one, other, third]) await stop();
}
