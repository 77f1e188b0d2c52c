import { readFileSync } from 'node:fs';
import { ManualClock } from '@xc/core/testing';
import { describe, expect, test } from 'vitest';
import { littleLimit } from '../src/engine/adaptive-limit.ts';
import { createPool } from '../src/index.ts';
import { fakeFactory } from '../src/testing/fake-factory.ts';
import { type OrderScript, runPoolScript } from '../src/testing/index.ts';

interface Vectors {
  readonly scripts: readonly OrderScript[];
  readonly lifetime: readonly {
    readonly maxLifetimeMs: number;
    readonly lifetimeJitter: number;
    readonly random: number;
    readonly expiresAfterMs: number;
  }[];
  readonly little: readonly {
    readonly perSecond: number;
    readonly usageMs: number;
    readonly headroom: number;
    readonly min: number;
    readonly max: number;
    readonly limit: number;
  }[];
}

const file = new URL('./vectors/pool.json', import.meta.url);
const { scripts, lifetime, little } = JSON.parse(readFileSync(file, 'utf8')) as Vectors;

describe('order scripts', () => {
  test.each(scripts)('$name', async (script) => {
    await runPoolScript(script, (options) => createPool(fakeFactory(), options));
  });
});

test.each(lifetime)(
  'a lifetime of $maxLifetimeMs ms with jitter $lifetimeJitter and chance $random ends after $expiresAfterMs ms',
  async ({ maxLifetimeMs, lifetimeJitter, random, expiresAfterMs }) => {
    const clock = new ManualClock();
    const factory = fakeFactory();
    const pool = createPool(factory, {
      max: 1,
      maxLifetimeMs,
      lifetimeJitter,
      idleTimeoutMs: Number.POSITIVE_INFINITY,
      clock,
      random: { next: () => random },
    });
    (await pool.acquire()).release();
    await clock.advance(expiresAfterMs - 0.5);
    expect(pool.stats().idle).toBe(1);
    await clock.advance(0.5);
    expect(pool.stats().idle).toBe(0);
    expect(factory.opened[0]?.endReason).toBe('lifetime');
  },
);

test.each(little)(
  '$perSecond borrowers a second that hold for $usageMs ms need $limit with headroom $headroom',
  ({ perSecond, usageMs, headroom, min, max, limit }) => {
    expect(littleLimit({ perSecond, usageMs }, headroom, min, max)).toBe(limit);
  },
);
