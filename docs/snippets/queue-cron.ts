import assert from 'node:assert/strict';
import { parseCron } from '@xc/queue';

const iso = (instants: number[]) =>
  instants.map((at) => new Date(at).toISOString());
const tz = 'Europe/Berlin';
const spring = Date.parse('2026-03-28T12:00:00Z'); // 02:30 of the 29th does not exist
const autumn = Date.parse('2026-10-24T12:00:00Z'); // 02:30 of the 25th exists twice

// A time of day runs once a day, also on these days.
const nightly = parseCron('30 2 * * *', { tz });
assert.deepEqual(iso(nightly.take(spring, 2)), [
  '2026-03-29T01:00:00.000Z', // 03:00, right after the gap
  '2026-03-30T00:30:00.000Z',
]);
assert.deepEqual(iso(nightly.take(autumn, 2)), [
  '2026-10-25T00:30:00.000Z', // the first of the two
  '2026-10-26T01:30:00.000Z',
]);

// Unless you say otherwise.
const careful = parseCron('30 2 * * *', {
  tz,
  gap: 'skip',
  overlap: 'both',
});
assert.deepEqual(iso(careful.take(spring, 1)), [
  '2026-03-30T00:30:00.000Z',
]);
assert.deepEqual(iso(careful.take(autumn, 2)), [
  '2026-10-25T00:30:00.000Z',
  '2026-10-25T01:30:00.000Z',
]);

// An interval follows the time that passes, whatever the clocks show.
const quarters = parseCron('*/15 * * * *', { tz });
const night = quarters.take(Date.parse('2026-10-25T00:00:00Z'), 8);
assert.ok(night.every((at, i) => at === (night[0] ?? 0) + i * 900_000));
