import { ManualClock, MemoryLogger, RecordingMeter, SeededRandom } from '@xc/core/testing';
import { describe, expect, test, vi } from 'vitest';
import { fallback } from '../fallback/fallback.ts';
import { pipeline } from '../pipeline/pipeline.ts';
import { timeout } from '../timeout/timeout.ts';
import { chaos } from './chaos.ts';
import type { ChaosOptions } from './chaos-options.ts';

const never = () => new Promise<never>(() => {});

/** Draws these numbers in turn, and none more. */
function drawing(...draws: number[]) {
  return {
    next() {
      const drawn = draws.shift();
      if (drawn === undefined) throw new Error('one draw too many');
      return drawn;
    },
    left: draws,
  };
}

describe('chaos', () => {
  test('fails a share of the calls without making them', async () => {
    const random = drawing(0.19, 0.2);
    const policy = chaos({ failRate: 0.2, random });
    const task = vi.fn(() => 1);
    await expect(policy.run(task)).rejects.toMatchObject({
      code: 'XC_BREAKER_CHAOS',
      retryable: true,
      details: { kind: 'failure' },
    });
    expect(task).not.toHaveBeenCalled();
    await expect(policy.run(task)).resolves.toBe(1);
    const own = new Error('mine');
    await expect(chaos({ failRate: 1, error: () => own }).run(task)).rejects.toBe(own);
  });

  test('delays a share of the calls, by as much as the same draw says', async () => {
    const clock = new ManualClock();
    const starts: number[] = [];
    const policy = chaos({ delayRate: 0.5, delayMs: [100, 200], random: drawing(0.25, 0, 0.5), clock });
    for (let call = 0; call < 3; call++) policy.run(() => starts.push(clock.monotonic()));
    await clock.advance(1_000);
    expect(starts).toEqual([0, 100, 150]);
  });

  test('gives made-up results, promises too', async () => {
    const task = vi.fn();
    await expect(chaos({ resultRate: 1 }).run(task)).resolves.toBe(undefined);
    await expect(chaos({ resultRate: 1, result: async () => 'made up' }).run(task)).resolves.toBe('made up');
    expect(task).not.toHaveBeenCalled();
  });

  test('draws in the order delay, failure, result, once for each rate above 0', async () => {
    const clock = new ManualClock();
    const options = { failRate: 0.5, delayRate: 0.5, delayMs: 10, resultRate: 0.5, result: () => 'made up', clock };
    const outcome = (...draws: number[]) => {
      const random = drawing(...draws);
      const run = chaos({ ...options, random }).run(() => 'real');
      expect(random.left).toEqual([]);
      return run.then(
        (value) => `${value} at ${clock.monotonic()}`,
        (error) => `${error.code} at ${clock.monotonic()}`,
      );
    };
    const outcomes = [
      outcome(0.9, 0.9, 0.9),
      outcome(0.1, 0.9, 0.9),
      outcome(0.9, 0.1, 0.1),
      outcome(0.9, 0.9, 0.1),
      outcome(0.1, 0.1, 0.9),
    ];
    await clock.advance(10);
    expect(await Promise.all(outcomes)).toEqual([
      'real at 0',
      'real at 10',
      'XC_BREAKER_CHAOS at 0',
      'made up at 0',
      'XC_BREAKER_CHAOS at 10',
    ]);
    await expect(chaos({ random: drawing() }).run(() => 1)).resolves.toBe(1);
  });

  test('does nothing while it is switched off, and nothing when the switch throws', async () => {
    const logger = new MemoryLogger();
    let enabled: ChaosOptions['enabled'] = () => false;
    const policy = chaos({ failRate: 1, enabled: () => enabled?.() ?? true, logger, random: drawing() });
    await expect(policy.run(() => 1)).resolves.toBe(1);
    enabled = () => {
      throw new Error('defect');
    };
    await expect(policy.run(() => 1)).resolves.toBe(1);
    await expect(policy.run(() => 1)).resolves.toBe(1);
    expect(logger.find({ level: 'error' })).toHaveLength(1);
  });

  test('is answered for like any failure, also when its error cannot be made', async () => {
    const error = () => {
      throw new Error('defect');
    };
    await expect(pipeline([fallback(() => 'cached'), chaos({ failRate: 1, error })]).run(() => 1)).resolves.toBe(
      'cached',
    );
  });

  test('is left at once: by the caller and by a timeout', async () => {
    const clock = new ManualClock();
    const controller = new AbortController();
    const slow = chaos({ delayRate: 1, delayMs: 1_000, clock });
    const run = slow.run(never, controller);
    const late = expect(pipeline([timeout(5, { clock }), slow]).run(never)).rejects.toMatchObject({
      code: 'XC_BREAKER_TIMEOUT',
    });
    controller.abort('gone');
    await expect(run).rejects.toBe('gone');
    await clock.advance(5);
    await late;
    expect(clock.pending).toBe(0);
  });

  test('delays nobody beyond the deadline', async () => {
    const clock = new ManualClock();
    const task = vi.fn();
    const slow = chaos({ delayRate: 1, delayMs: 100, clock });
    const late = expect(slow.run(task, { deadline: 60 })).rejects.toMatchObject({ code: 'XC_BREAKER_DEADLINE' });
    await clock.advance(60);
    await late;
    expect(task).not.toHaveBeenCalled();
    expect(clock.pending).toBe(0);
  });

  test('hits about as many calls as its rate says', async () => {
    const policy = chaos({ failRate: 0.3, random: new SeededRandom(7) });
    let failed = 0;
    for (let call = 0; call < 10_000; call++) await policy.run(() => 1).catch(() => (failed += 1));
    expect(failed).toBeGreaterThan(2_850);
    expect(failed).toBeLessThan(3_150);
  });

  test('counts what it injects', async () => {
    const meter = new RecordingMeter();
    const clock = new ManualClock();
    const options = { meter, clock, name: 'monkey' };
    chaos({ ...options, failRate: 1, delayRate: 1, delayMs: 1 })
      .run(never)
      .catch(() => {});
    await clock.advance(1);
    await chaos({ ...options, resultRate: 1 }).run(never);
    for (const kind of ['delay', 'failure', 'result']) {
      expect(meter.value('xc_breaker_chaos_total', { policy: 'monkey', kind })).toBe(1);
    }
  });

  test('refuses what it cannot use', () => {
    expect(() => chaos(undefined as never)).toThrow(TypeError);
    expect(() => chaos({ failRate: 1.1 })).toThrow('failRate must be a ratio from 0 to 1, got 1.1');
    expect(() => chaos({ delayRate: 0.1 })).toThrow('delayMs must be given with delayRate');
    expect(() => chaos({ delayMs: [5, 1] })).toThrow('delayMs must begin with the least, got 5 and 1');
    expect(() => chaos({ delayMs: [5] as never })).toThrow(TypeError);
    expect(() => chaos({ delayMs: -1 })).toThrow(RangeError);
    expect(() => chaos({ result: 1 as never })).toThrow('result must be a function, got 1');
    expect(() => chaos({ failureRate: 1 } as never)).toThrow('unknown option failureRate');
  });
});
