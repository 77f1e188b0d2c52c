import assert from 'node:assert/strict';
import { createMetrics } from '@xc/metrics';
import { parseExposition } from '@xc/metrics/testing';

const metrics = createMetrics();
const depth = metrics
  .gauge({ name: 'mails_waiting', help: 'Mails that wait.' })
  .at();

// Read when somebody asks, not all the time.
const mails = metrics.collect('mails', async () => depth.set(3));

// What a web framework sends as it is.
const { headers, body, series } = await metrics.scrape({
  accept: 'application/openmetrics-text; version=1.0.0',
  acceptEncoding: 'gzip',
  names: ['mails_waiting'],
});
assert.match(headers['content-type'] ?? '', /^application\/openmetrics/);
assert.equal(series, 1);

const text = new TextDecoder().decode(body);
const [family] = parseExposition(text, 'openmetrics');
assert.equal(family?.samples[0]?.value, 3);
mails.cancel();
