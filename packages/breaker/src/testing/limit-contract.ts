import { ok, strictEqual } from 'node:assert/strict';
import type { ConcurrencyLimit } from '../limits/concurrency-limit.ts';
import type { ContractCase } from './contract-case.ts';

const strange = [0, -1, 0.001, 1e9, Number.POSITIVE_INFINITY, Number.NaN];

/**
 * What every `ConcurrencyLimit` promises.
 *
 * @param make - Gives a fresh limit.
 */
export function limitContract(make: () => ConcurrencyLimit): readonly ContractCase[] {
  const cases: Readonly<Record<string, () => void>> = {
    'begins with a whole number of at least 1'() {
      checkCurrent(make());
    },
    'stays a whole number of at least 1 whatever it is told'() {
      const limit = make();
      for (const rttMs of [...strange, 10, ...strange, 10, 1_000]) {
        for (const inFlight of [0, 1, limit.current, 1_000_000]) {
          for (const dropped of [false, true]) {
            limit.sample(rttMs, inFlight, dropped);
            checkCurrent(limit);
          }
        }
      }
    },
    'stays one when every call is dropped'() {
      const limit = make();
      for (let call = 0; call < 1_000; call++) {
        limit.sample(1_000, limit.current, true);
        checkCurrent(limit);
      }
    },
    'does not grow while it is not used'() {
      const limit = make();
      const before = limit.current;
      for (let call = 0; call < 1_000; call++) limit.sample(10, 0, false);
      ok(limit.current <= before, `grew from ${before} to ${limit.current}`);
    },
    'does not shrink while it is used and all is well'() {
      const limit = make();
      const before = limit.current;
      for (let call = 0; call < 1_000; call++) limit.sample(10, limit.current, false);
      ok(limit.current >= before, `shrank from ${before} to ${limit.current}`);
    },
    'learns nothing from another one'() {
      const [one, other] = [make(), make()];
      const before = other.current;
      for (let call = 0; call < 1_000; call++) one.sample(10 + call, one.current, call % 3 === 0);
      strictEqual(other.current, before);
    },
  };
  return Object.entries(cases).map(([name, check]) => ({ name, run: async () => check() }));
}

function checkCurrent({ current }: ConcurrencyLimit): void {
  ok(Number.isSafeInteger(current) && current >= 1, `the limit is ${current}`);
}
