import assert from 'node:assert/strict';
import { createMetrics } from '@xc/metrics';

const metrics = createMetrics({ labels: { service: 'atlas' } });
const searches = metrics.counter({
  name: 'searches_total',
  help: 'Searches by what was found.',
  labels: ['found', 'language'],
});

// Bind once, keep it where the hot path is.
const found = searches.at('something', 'pt');
found.inc();
found.inc(3);

// A write never throws, whatever it is given.
found.inc(Number.NaN);
found.inc(-1);
assert.equal(found.value, 4);

// The same values are the same cell, and no others are.
assert.equal(searches.at('something', 'pt'), found);
assert.notEqual(searches.at('something,pt', ''), found);

// What is no text becomes text; what is missing becomes ''.
searches.at(true, undefined).inc();

// Removed is removed, until somebody writes again.
assert.equal(searches.remove({ language: 'pt' }), 1);
found.inc();
assert.equal(found.value, 1);
