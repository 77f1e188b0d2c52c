import { slotOf } from '@xc/redis';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fleetKeys } from './fleet-keys.ts';

test('name the five things that the members of a breaker share', () => {
  expect(fleetKeys('xc:breaker', 'payments')).toEqual([
    'xc:breaker:{payments}:live',
    'xc:breaker:{payments}:votes',
    'xc:breaker:{payments}:probes',
    'xc:breaker:{payments}:open',
    'xc:breaker:{payments}:epoch',
  ]);
});

test('keep braces and control characters out of the hash tag', () => {
  expect(fleetKeys('p', '{a}\n\u0085é')[0]).toBe('p:{%7Ba%7D%0A%C2%85é}:live');
  expect(fleetKeys('p', '50 % off')[0]).toBe('p:{50 % off}:live');
});

test('are in one slot for any name, and of no two names the same', () => {
  const name = fc.oneof(fc.string(), fc.stringMatching(/^[{}%0-9a-fA-F\n]{0,6}$/));
  fc.assert(
    fc.property(name, name, (one, other) => {
      const keys = fleetKeys('xc:breaker', one);
      expect(new Set(keys.map(slotOf)).size).toBe(1);
      if (one !== other) expect(fleetKeys('xc:breaker', other)).not.toEqual(keys);
    }),
    { numRuns: 5_000 },
  );
});
