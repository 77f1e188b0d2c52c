import assert from 'node:assert/strict';
import { connectRedis, redisBus } from '@xc/redis';

export async function show(url: string): Promise<void> {
  const client = connectRedis(url, { name: 'guide' });
  const bus = redisBus(client);
  const known = new Map([['lisbon', 517_802]]);
  let told = () => {};
  const heard = new Promise<void>((resolve) => {
    told = resolve;
  });

  await bus.subscribe('guide:changed', {
    message(bytes) {
      known.delete(Buffer.from(bytes).toString());
      told();
    },
    // Something may have been missed: what was derived is not safe.
    gap() {
      known.clear();
    },
  });

  await bus.publish('guide:changed', Buffer.from('lisbon'));
  await heard;
  assert.equal(known.has('lisbon'), false);

  await bus[Symbol.asyncDispose]();
  client.disconnect();
}
