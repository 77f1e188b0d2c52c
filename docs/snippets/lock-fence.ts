import assert from 'node:assert/strict';
import { createLocks, fencedUpdate } from '@xc/lock';

const locks = createLocks();

// A resource that checks: it refuses whoever is older than the last one.
const document = { text: '', fence: 0n };
function write(text: string, fence: bigint): boolean {
  if (fence < document.fence) return false;
  Object.assign(document, { text, fence });
  return true;
}

const asleep = await locks.acquire('document');
await locks.forceRelease('document'); // as if its time had run out
const awake = await locks.acquire('document');
assert.equal(write('by the second', awake.fence), true);
assert.equal(write('by the first, late', asleep.fence), false);
assert.equal(document.text, 'by the second');

// The same for a table.
const { sql, params } = fencedUpdate({
  table: 'app.documents',
  set: { text: 'by the second' },
  where: { id: 7 },
  fence: awake.fence,
});
assert.equal(
  sql,
  'UPDATE app.documents SET text = $1, fence = $2 ' +
    'WHERE id = $3 AND (fence IS NULL OR fence <= $2)',
);
assert.deepEqual(params, ['by the second', String(awake.fence), 7]);
