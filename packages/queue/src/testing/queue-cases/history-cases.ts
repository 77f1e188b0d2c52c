import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { SeededRandom } from '@xc/core/testing';
import { snooze } from '../../worker/outcome-errors.ts';
import { checkHistory } from '../history/check-history.ts';
import { recordHistory } from '../history/record-history.ts';
import { queueCases } from './queue-rig.ts';

const JOBS = 400;

/** Everything at once, judged by what was seen. */
export const historyCases = queueCases({
  async 'loses nothing, doubles nothing and keeps each key in order, while jobs fail, give way and workers come and go'(
    rig,
  ) {
    const random = new SeededRandom(42);
    const { queue, history } = recordHistory(rig.open({ maxAttempts: 50, keep: { done: { count: 10_000 } } }));
    const handler = async () => {
      const luck = random.next();
      await new Promise((resolve) => setImmediate(resolve));
      if (luck < 0.1) throw new Error('broken');
      if (luck < 0.15) throw snooze(1);
    };
    let workers = [queue.work(handler), queue.work(handler)];
    for (let part = 0; part < 8; part += 1) {
      const items = Array.from({ length: JOBS / 8 }, (_, n) => ({
        type: 'job',
        data: n,
        options: { id: `j${part}-${n}`, ...(n % 4 === 0 ? {} : { key: `k${n % 7}` }) },
      }));
      await rig.settled(queue.addMany(items), 'they are added');
      await rig.fixture.pass(5);
      const [leaving, staying] = workers;
      ok(leaving && staying);
      await rig.settled(leaving.stop({ graceMs: 1000 }), 'a worker has stopped');
      workers = [staying, queue.work(handler)];
    }
    await rig.drained(queue);
    const { violations, stats } = checkHistory([...history, { t: 0, op: 'end' }]);
    deepStrictEqual(violations, []);
    deepStrictEqual([stats.added, stats.settled.done], [JOBS, JOBS]);
    ok(stats.redelivered > 10, 'some were delivered again');
    strictEqual((await queue.counts()).totals.done, JOBS);
    await rig.checkAudit(queue);
  },
});
