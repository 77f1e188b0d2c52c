import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CountWindow } from './count-window.ts';

const outcome = fc.record({ failed: fc.boolean(), slow: fc.boolean() });

describe('CountWindow', () => {
  test('counts the last outcomes of a list', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 70 }),
        fc.array(fc.oneof({ weight: 40, arbitrary: outcome }, fc.constant('clear')), { maxLength: 200 }),
        (size, steps) => {
          const window = new CountWindow(size);
          let recorded: { failed: boolean; slow: boolean }[] = [];
          for (const step of steps) {
            if (typeof step === 'string') {
              window.clear();
              recorded = [];
            } else {
              window.record(0, step.failed, step.slow);
              recorded.push(step);
            }
            const last = recorded.slice(-size);
            expect({ ...window }).toEqual({
              capacity: size,
              calls: last.length,
              failures: last.filter((one) => one.failed).length,
              slow: last.filter((one) => one.slow).length,
              slowFailures: last.filter((one) => one.failed && one.slow).length,
            });
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test('grows past its first room and then goes round', () => {
    const size = 1_000;
    const window = new CountWindow(size);
    for (let call = 0; call < 2 * size; call++) window.record(0, call < size, call % 2 === 0);
    expect({ ...window }).toMatchObject({ calls: size, failures: 0, slow: size / 2 });
  });

  test('takes the largest size without taking its memory', () => {
    const window = new CountWindow(2 ** 31 - 1);
    window.record(0, true, false);
    expect(window.failures).toBe(1);
  });
});
