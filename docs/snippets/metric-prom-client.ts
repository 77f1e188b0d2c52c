import assert from 'node:assert/strict';
import { createMetrics } from '@xc/metrics';
import { fakeRegistry } from '@xc/metrics/testing';

// In an application: `register` of prom-client.
const registry = fakeRegistry();

const metrics = createMetrics();
metrics.counter({ name: 'ours_total', help: 'Ours.' }).at().inc();

// Ours in theirs: also what is declared later.
const attached = metrics.attach(registry);
metrics.gauge({ name: 'later', help: 'Declared later.' });
assert.ok(registry.getSingleMetric('ours_total'));
assert.ok(registry.getSingleMetric('later'));
attached.detach();
assert.equal(registry.getSingleMetric('ours_total'), undefined);

// Theirs in ours.
registry.registerMetric({
  name: 'theirs_total',
  get: () => ({
    name: 'theirs_total',
    help: 'Theirs.',
    type: 'counter',
    values: [{ value: 7, labels: {} }],
  }),
});
metrics.include(registry);
const { body } = await metrics.scrape();
assert.match(new TextDecoder().decode(body), /^theirs_total 7$/m);
