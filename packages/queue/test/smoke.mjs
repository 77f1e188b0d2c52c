import assert from 'node:assert/strict';

/** Proves an installed copy; `load` is either import or require. */
export default async function smoke(load) {
  const { createQueue, parseCron } = await load('@xc/queue');
  const queue = createQueue('main');
  queue.work((job) => job.data + 1);
  const ref = await queue.add('increment', 1);
  assert.equal(await ref.result(), 2);
  assert.equal(parseCron('* * * * *').next(0), 60_000);

  const { createDashboard } = await load('@xc/queue/dashboard');
  const dashboard = createDashboard([queue], { authorize: () => true });
  assert.match(await (await dashboard(new Request('http://localhost/'))).text(), /main/);

  const { createOutbox } = await load('@xc/queue/outbox');
  assert.ok(createOutbox().ddl.length > 0);
  const { queueContract, checkHistory } = await load('@xc/queue/testing');
  assert.equal(typeof queueContract, 'function');
  assert.ok(checkHistory([]).ok);
  await queue.close();
}
