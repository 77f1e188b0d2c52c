import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { currentContext, newCorrelationId, type RequestContext, runInContext } from './context.ts';
import { systemClock } from './system-clock.ts';
import { SeededRandom } from './testing/seeded-random.ts';

const context = (correlationId: string): RequestContext => ({ correlationId });

describe('runInContext', () => {
  test('shows the very context inside, nothing outside, and gives back what fn gives', () => {
    const given = { correlationId: 'a', tenant: 'acme', subject: 'ann', locale: 'de-CH', deadline: 5 };
    expect(currentContext()).toBeUndefined();
    expect(runInContext(given, () => currentContext())).toBe(given);
    expect(currentContext()).toBeUndefined();
  });

  test('holds across awaits, promises, microtasks and timers of the system clock', async () => {
    const given = context('a');
    await runInContext(given, async () => {
      await turn();
      expect(currentContext()).toBe(given);
      await Promise.all([
        new Promise<void>((resolve) => queueMicrotask(resolve)).then(() => expect(currentContext()).toBe(given)),
        systemClock.sleep(1).then(() => expect(currentContext()).toBe(given)),
        new Promise<void>((resolve) => {
          systemClock.after(1, () => {
            expect(currentContext()).toBe(given);
            resolve();
          });
        }),
      ]);
    });
  });

  test('keeps work that runs at the same time apart, though it shares one timer', async () => {
    const work = (id: string) =>
      runInContext(context(id), async () => {
        const seen: (string | undefined)[] = [];
        for (let step = 0; step < 3; step++) {
          await new Promise<void>((resolve) => void systemClock.after(1, resolve));
          await new Promise<void>((resolve) => {
            const beat = systemClock.every(1, () => {
              seen.push(currentContext()?.correlationId);
              beat.cancel();
              resolve();
            });
          });
        }
        return seen;
      });
    const all = await Promise.all(['a', 'b', 'c'].map(work));
    expect(all).toEqual(['a', 'b', 'c'].map((id) => [id, id, id]));
    expect(currentContext()).toBeUndefined();
  });

  test('replaces the outer context as a whole, and gives it back', () => {
    runInContext({ correlationId: 'outer', tenant: 'acme' }, () => {
      runInContext(context('inner'), () => expect(currentContext()).toEqual({ correlationId: 'inner' }));
      expect(currentContext()).toEqual({ correlationId: 'outer', tenant: 'acme' });
    });
  });

  test('is over when fn throws', () => {
    const run = () =>
      runInContext(context('a'), () => {
        throw new Error('inside');
      });
    expect(run).toThrow('inside');
    expect(currentContext()).toBeUndefined();
  });

  test.each([undefined, null, {}, { correlationId: '' }, { correlationId: 5 }])('refuses the context %j', (wrong) => {
    expect(() => runInContext(wrong as never, () => 1)).toThrow(
      new TypeError('context must have a correlationId, a string that is not empty'),
    );
  });

  test('refuses what is not a function', () => {
    expect(() => runInContext(context('a'), undefined as never)).toThrow(TypeError);
  });
});

describe('newCorrelationId', () => {
  const shape = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

  test('is a version 4 UUID, another one each time', () => {
    const ids = Array.from({ length: 1_000 }, () => newCorrelationId());
    for (const id of ids) expect(id).toMatch(shape);
    expect(new Set(ids).size).toBe(1_000);
  });

  test('repeats itself with a seeded random, in the same shape', () => {
    const [one, other] = [new SeededRandom(1), new SeededRandom(1)];
    const ids = Array.from({ length: 1_000 }, () => newCorrelationId(one));
    for (const id of ids) {
      expect(id).toMatch(shape);
      expect(newCorrelationId(other)).toBe(id);
    }
    expect(new Set(ids).size).toBe(1_000);
  });

  test.each([0, 1 - 2 ** -53])('keeps its shape at the edge of a random: %d', (edge) => {
    expect(newCorrelationId({ next: () => edge })).toMatch(shape);
  });
});
