import { XcError } from '@xc/core';
import { ManualClock, MemoryLogger } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { changed } from '../test/changed-store.ts';
import { createLocks } from './create-locks.ts';
import { memoryLockStore } from './memory-store.ts';
import type { LockAnswer, LockClaim } from './store.ts';

/** A store whose acquisitions are answered, or done, when the test says so, and that counts what is given back. */
function setUp() {
  const clock = new ManualClock();
  const logger = new MemoryLogger();
  const inner = memoryLockStore({ clock });
  const asked: { readonly claim: LockClaim; answer(answer: LockAnswer): void; fail(error: unknown): void }[] = [];
  const releases: number[] = [];
  let away = false;
  const store = changed(inner, {
    acquire: (claim) => new Promise((answer, fail) => void asked.push({ claim, answer, fail })),
    async release(claim) {
      releases.push(clock.monotonic());
      if (away) throw new Error('away');
      return inner.release(claim);
    },
  });
  const locks = createLocks({ clock, store, logger });
  const goAway = (isAway: boolean): void => {
    away = isAway;
  };
  const isHeld = async () => (await inner.inspect('a'))?.held === true;
  return { clock, logger, inner, asked, releases, locks, goAway, isHeld };
}

const failure = new XcError('XC_REDIS_TIMEOUT', 'late', { details: { sent: true } });

test('what is granted after its acquisition has failed is given back', async () => {
  for (const waitMs of [0, 5_000]) {
    const { clock, inner, asked, locks, isHeld } = setUp();
    const outcome = locks.acquire('a', { waitMs }).catch((error: unknown) => error);
    const [question] = asked;
    question?.fail(failure);
    await clock.advance(0);
    expect(await outcome).toMatchObject({ code: 'XC_LOCK_UNAVAILABLE' });
    // Twice: the client has sent it again.
    for (const ms of [150, 2_000]) {
      await clock.advance(ms);
      inner.acquire(question?.claim as LockClaim);
      expect(await isHeld()).toBe(true);
      await clock.advance(2 * ms + 200);
      expect(await isHeld()).toBe(false);
    }
  }
});

test('is asked for ever more rarely while the store answers, and no more once the ttl is over', async () => {
  const { clock, asked, releases, locks } = setUp();
  locks.acquire('a').catch(() => {});
  asked[0]?.fail(failure);
  await clock.advance(60_000);
  expect(releases).toEqual([0, 100, 300, 700, 1_500, 3_100, 6_300, 12_700, 25_500]);
  expect(clock.pending).toBe(0);
});

test('is asked for again and again while the store is away, and soon after it has come back', async () => {
  const { clock, asked, releases, locks, goAway, isHeld, inner } = setUp();
  goAway(true);
  locks.acquire('a').catch(() => {});
  asked[0]?.fail(failure);
  await clock.advance(10_000);
  expect(releases.length).toBeGreaterThanOrEqual(40);
  inner.acquire(asked[0]?.claim as LockClaim);
  goAway(false);
  await clock.advance(250);
  expect(await isHeld()).toBe(false);
});

test('is not asked for when the acquisition was never sent', async () => {
  for (const waitMs of [0, 5_000]) {
    const { clock, asked, releases, locks } = setUp();
    locks.acquire('a', { waitMs }).catch(() => {});
    asked[0]?.fail(new XcError('XC_REDIS_UNAVAILABLE', 'away', { details: { sent: false } }));
    await clock.advance(1_000);
    expect([releases, clock.pending]).toEqual([[], 0]);
  }
});

test('what an aborted acquisition asked for is given back behind it, and again only if it was granted', async () => {
  for (const waitMs of [0, 5_000]) {
    for (const granted of [true, false]) {
      const { clock, inner, asked, releases, locks, isHeld } = setUp();
      const controller = new AbortController();
      const outcome = locks.acquire('a', { waitMs, signal: controller.signal }).catch((error: unknown) => error);
      controller.abort('enough');
      expect(await outcome).toBe('enough');
      expect(releases.length).toBe(1);
      await clock.advance(50);
      if (granted) asked[0]?.answer(inner.acquire(asked[0].claim) as LockAnswer);
      else asked[0]?.answer({ granted: false, retryMs: 10 });
      await clock.advance(60_000);
      expect([await isHeld(), releases.length, clock.pending]).toEqual([false, granted ? 2 : 1, 0]);
    }
  }
});

test('disposal asks once more, and ends it', async () => {
  const { clock, asked, releases, locks, isHeld, inner } = setUp();
  locks.acquire('a').catch(() => {});
  asked[0]?.fail(failure);
  await clock.advance(2_000);
  const before = releases.length;
  inner.acquire(asked[0]?.claim as LockClaim);
  await locks[Symbol.asyncDispose]();
  expect([await isHeld(), releases.length, clock.pending]).toEqual([false, before + 1, 0]);
});

test('disposal ends what cannot be given back', async () => {
  const { clock, logger, inner, asked, releases, locks, goAway } = setUp();
  const acquiring = locks.acquire('a');
  asked[0]?.answer(inner.acquire(asked[0].claim) as LockAnswer);
  const lease = await acquiring;
  goAway(true);
  await lease.release();
  await clock.advance(250);
  const before = releases.length;
  await locks[Symbol.asyncDispose]();
  expect([releases.length, clock.pending]).toEqual([before + 1, 0]);
  expect(logger.lines.map(({ message }) => message)).toEqual(['a lock was not released']);
});
