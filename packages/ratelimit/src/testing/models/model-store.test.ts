import { ManualClock } from '@xc/core/testing';
import { describe, expect, test } from 'vitest';
import vectors from '../../../test/vectors/ratelimit.json' with { type: 'json' };
import type { LimitRule } from '../../limits/limit-rule.ts';
import { modelStore } from './model-store.ts';

describe('gives the numbers of the vectors', () => {
  for (const { name, rule, trace } of vectors.traces) {
    test(name, async () => {
      const clock = new ManualClock();
      const store = modelStore(clock);
      for (const { atMs, cost, ...expected } of trace) {
        await clock.advance(atMs - clock.monotonic());
        const op = { name: 'a', key: 'k', rule: rule as LimitRule, cost, enforce: true };
        const { states } = store.applySync({ kind: 'take', ops: [op] });
        const retryAfterMs = expected.retryAfterMs === 'never' ? Number.POSITIVE_INFINITY : expected.retryAfterMs;
        expect(states).toMatchObject([{ ...expected, retryAfterMs }]);
      }
    });
  }
});
