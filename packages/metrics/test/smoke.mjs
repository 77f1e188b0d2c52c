import assert from 'node:assert/strict';

/** Proves an installed copy; `load` is either import or require. */
export default async function smoke(load) {
  const { createMetrics } = await load('@xc/metrics');
  const { metricsStoreContract } = await load('@xc/metrics/testing');
  assert.equal(await createMetrics().touch('a'), 1);
  assert.ok(metricsStoreContract(() => assert.fail('not opened before it runs')).length > 0);
}
