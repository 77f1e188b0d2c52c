import assert from 'node:assert/strict';
import { createQueue, discard } from '@xc/queue';

const queue = createQueue<{ mail: { in: { to: string } } }>('mails');
let mended = false;
queue.work({
  mail: ({ data }) => {
    if (!mended && !data.to.includes('@')) throw discard('no such address');
  },
});

const refs = await Promise.all([
  queue.add('mail', { to: 'ada@example.org' }, { id: 'a' }),
  queue.add('mail', { to: 'bob' }, { id: 'b' }),
]);
await Promise.allSettled(refs.map((ref) => ref.result()));

const { jobs } = await queue.dead.list({ reason: 'discarded' });
assert.deepEqual(
  jobs.map(({ id, error }) => [id, error?.message]),
  [['b', 'no such address']],
);

mended = true;
const outcome = await queue.dead.redrive(
  { reason: 'discarded', max: 1_000 },
  { by: 'ada' },
);
assert.deepEqual(outcome, { redriven: 1, missing: [] });
await queue.ref('b').result();
assert.equal((await queue.inspect('b'))?.redrives[0]?.by, 'ada');
await queue.close();
