import assert from 'node:assert/strict';

/** Proves an installed copy; `load` is either import or require. */
export default async function smoke(load) {
  const { isXcError } = await load('@xc/core');
  const { connectRedis, defineScript, runScript, slotOf } = await load('@xc/redis');
  assert.equal(slotOf('foo{}{bar}'), 8363);
  assert.throws(() => connectRedis('http://user:secret@localhost'), TypeError);

  // Nobody listens on port 1: the call is answered all the same, and in time.
  const client = connectRedis('redis://127.0.0.1:1');
  client.on('error', () => {});
  const script = defineScript({ name: 'one', lua: 'return 1', keys: 0, parse: Number });
  const started = performance.now();
  await assert.rejects(runScript(client, script, [], [], { deadlineMs: 100 }), (error) => isXcError(error));
  assert.ok(performance.now() - started < 1_000);
  client.disconnect();
}
