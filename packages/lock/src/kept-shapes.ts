import { type Clock, noopLogger, noopMeter, systemRandom } from '@xc/core';
import { AbortWatch } from './abort-watch.ts';
import { acquireDefaults } from './acquire-options.ts';
import { HeldLease, type LeaseHome } from './held-lease.ts';
import { lockMetrics } from './lock-metrics.ts';
import type { LockAnswer, LockClaim, LockStore } from './store.ts';
import { StorePulse } from './store-pulse.ts';
import { type LineHome, WaitLine } from './wait-line.ts';

/**
 * One of everything that an acquisition makes, for as long as it is kept: V8 drops a shape that no object has, and the code
 * compiled for it. A process with locks that nobody holds at the moment would compile them anew after each collection.
 */
export function keptShapes(): readonly unknown[] {
  // A number that is no integer: a field that has only ever held integers is another shape.
  const still = 0.5;
  const timer = { cancel() {} };
  const clock: Clock = {
    now: () => still,
    monotonic: () => still,
    sleep: async () => {},
    after: () => timer,
    every: () => timer,
  };
  const claim: LockClaim = { name: '', owner: '', ttlMs: acquireDefaults.ttlMs, permits: undefined };
  const granted: LockAnswer = { granted: true, fence: 0n };
  const refused: LockAnswer = { granted: false, retryMs: still };
  const store: LockStore = {
    acquire: () => granted,
    renew: () => true,
    release: () => true,
    busyMs: () => still,
    inspect: () => undefined,
    forceRelease: () => false,
    watch: () => ({ close: async () => {} }),
  };
  const home: LineHome & LeaseHome = {
    ...{ store, clock, random: systemRandom, logger: noopLogger, metrics: lockMetrics(noopMeter) },
    aborts: new AbortWatch(),
    pulse: new StorePulse(),
    claim: () => claim,
    lease: () => lease,
    giveBack: async () => {},
    asked() {},
    won() {},
    missed() {},
    emptied() {},
    ended() {},
  };
  const lease = new HeldLease(home, claim, 0n, acquireDefaults, still);
  const line = new WaitLine(home, '', undefined, '');
  const never = new Promise<LockAnswer>(() => {});
  const waiting = line.begin({ options: acquireDefaults, reenters: false, context: undefined }, claim, never, still);
  return [claim, granted, refused, lease, line, waiting];
}
