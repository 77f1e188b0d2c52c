import assert from 'node:assert/strict';

/** Proves an installed copy; `load` is either import or require, `other` the other one. */
export default async function smoke(load, other) {
  const { createBreaker, fallback, pipeline, retry, timeout } = await load('@xc/breaker');
  const { isXcError } = await other('@xc/core');
  const breaker = createBreaker({ name: 'smoke', initialState: 'forced-open' });
  await assert.rejects(
    breaker.run(async () => 1),
    (error) => isXcError(error, 'XC_BREAKER_OPEN'),
  );
  const safe = pipeline([fallback(() => 'last good'), timeout(1_000), retry({ attempts: 2 }), breaker], {
    name: 'smoke',
  });
  assert.equal(await safe.run(async () => 'fresh'), 'last good');

  const { default: opossum, CircuitBreaker } = await load('@xc/breaker/opossum');
  assert.equal(opossum, CircuitBreaker);
  assert.equal(CircuitBreaker.name, 'CircuitBreaker');
  assert.equal(await new CircuitBreaker(async (value) => value).fire('fired'), 'fired');
  const { CircuitBreaker: OtherBreaker } = await other('@xc/breaker/opossum');
  const failing = new CircuitBreaker(async () => {
    throw new Error('down');
  });
  assert.equal(await failing.fallback(new OtherBreaker(async () => 'other')).fire(), 'other');

  // A coordinator of the one copy and a breaker of the other; without a server it goes on alone.
  const { createCoordinator } = await other('@xc/breaker/redis');
  const refuse = async () => {
    throw new Error('Connection is closed.');
  };
  const client = { status: 'end', isCluster: false, options: {}, on() {}, off() {}, evalsha: refuse };
  const fleet = createCoordinator(client, { deadlineMs: 1_000 });
  fleet.join(createBreaker({ name: 'smoke-fleet' }));
  await fleet.tick();
  assert.equal(fleet.status, 'lost');
  await fleet[Symbol.asyncDispose]();
}
