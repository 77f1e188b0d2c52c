import assert from 'node:assert/strict';

/** Proves an installed copy; `load` is either import or require, `other` the other one. */
export default async function smoke(load, other) {
  const { isXcError, XcError, jsonCodec, localBus, systemClock } = await load('@xc/core');
  const theirs = new (await other('@xc/core')).XcError('XC_SMOKE', 'from the other copy');
  assert.equal(theirs instanceof XcError, false);
  assert.ok(isXcError(theirs, 'XC_SMOKE'));
  assert.equal(isXcError(theirs, 'XC_OTHER'), false);

  const { ManualClock } = await load('@xc/core/testing');
  const clock = new ManualClock();
  const slept = clock.sleep(1_000);
  await clock.advance(1_000);
  await slept;
  await systemClock.sleep(1);

  const heard = [];
  const bus = localBus();
  await bus.subscribe('smoke', { message: (bytes) => heard.push(jsonCodec.decode(bytes)), gap() {} });
  await bus.publish('smoke', jsonCodec.encode({ a: 1 }));
  await systemClock.sleep(1);
  assert.deepEqual(heard, [{ a: 1 }]);

  const { currentContext, runInContext } = await load('@xc/core/context');
  assert.equal(
    runInContext({ correlationId: 'c' }, () => currentContext()?.correlationId),
    'c',
  );
}
