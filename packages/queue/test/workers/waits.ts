import { batch, createQueue, retryAfter } from '../../src/index.ts';

// Nothing but timers of ours is left to wait for: of the next attempt, and of the end of a batch.
const queue = createQueue('script');
queue.work({
  again: (job) => {
    if (job.attempt === 1) throw retryAfter(50);
    return 'second';
  },
  together: batch(() => {}, { lingerMs: 50 }),
});
console.log(await (await queue.add('again', 1)).result());
console.log(await (await queue.add('together', 1)).result());
const late = (await queue.add('nobody', 1, { delayMs: 60_000 })).result({ timeoutMs: 50 });
console.log(await late.catch(({ code }) => code));
// Nobody waits any more: that jobs and workers are left holds nothing open.
