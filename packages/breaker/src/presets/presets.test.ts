import { SeededRandom } from '@xc/core/testing';
import { describe, expect, test } from 'vitest';
import { createBreaker } from '../circuit/create-breaker.ts';
import { retry } from '../retry/retry.ts';
import { type PresetName, presets } from './presets.ts';

const random = new SeededRandom(1);

describe('presets', () => {
  test('say what the table says', () => {
    const rows = Object.entries(presets).map(([name, { breaker, timeoutMs, retry: again, bulkhead }]) => {
      const { window, minimumCalls, failureRate, slowRate, slowAfterMs, consecutive, halfOpen } = breaker;
      const { limit, maxQueue, maxWaitMs } = bulkhead;
      return [
        name,
        window?.type === 'time' ? [window.lengthMs, window.buckets] : window?.size,
        [minimumCalls, failureRate, slowRate, slowAfterMs, consecutive, halfOpen?.permits],
        [timeoutMs, again?.attempts, limit, maxQueue, maxWaitMs],
      ];
    });
    expect(rows).toEqual([
      ['database', [10_000, 10], [20, 0.5, 0.8, 1_000, 10, 5], [5_000, undefined, 64, 128, 1_000]],
      ['redis', [5_000, 10], [50, 0.5, 0.8, 100, 20, 10], [250, 2, 512, 512, 100]],
      ['external-api', [30_000, 10], [10, 0.5, 0.9, 5_000, 5, 3], [10_000, 3, 50, 50, 1_000]],
      ['email', 20, [5, 0.6, 1, undefined, 5, 1], [30_000, undefined, 10, 100, 10_000]],
      ['sms', 10, [5, 0.4, 1, undefined, 3, 1], [15_000, undefined, 5, 50, 10_000]],
    ]);
  });

  test('stay open as long as the table says', () => {
    const waits = (name: PresetName) =>
      [1, 2, 3, 4, 5, 6].map((attempt) => {
        const { openForMs } = presets[name].breaker;
        return typeof openForMs === 'object' ? openForMs.delayMs(attempt, random) : openForMs;
      });
    expect(waits('external-api')).toEqual([30_000, 60_000, 120_000, 240_000, 300_000, 300_000]);
    const fixed = (['database', 'redis', 'email', 'sms'] as const).map((name) => waits(name)[0]);
    expect(fixed).toEqual([10_000, 2_000, 60_000, 120_000]);
  });

  test('are frozen to the bottom', () => {
    const frozen = (value: unknown): boolean =>
      typeof value !== 'object' || value === null || (Object.isFrozen(value) && Object.values(value).every(frozen));
    expect(frozen(presets)).toBe(true);
  });

  test('give every reader a retry budget of its own, and only where retries are costly', () => {
    const { retry: again } = presets['external-api'];
    const [mine, yours] = [again?.budget, again?.budget];
    mine?.tryRetry();
    expect([mine?.balance, yours?.balance]).toEqual([99, 100]);
    expect(presets.redis.retry?.budget).toBeUndefined();
  });

  test('are options that everybody takes', () => {
    for (const preset of Object.values(presets)) {
      expect(() => createBreaker(preset.breaker)).not.toThrow();
      expect(() => retry(preset.retry)).not.toThrow();
    }
  });
});
