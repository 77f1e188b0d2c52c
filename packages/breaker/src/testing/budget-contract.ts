import { ok, strictEqual } from 'node:assert/strict';
import type { RetryBudget } from '../retry/retry-budget.ts';
import type { ContractCase } from './contract-case.ts';

const many = 100_000;

/**
 * What every `RetryBudget` promises.
 *
 * @param make - Gives a fresh budget whose time stands still.
 */
export function budgetContract(make: () => RetryBudget): readonly ContractCase[] {
  const cases: Readonly<Record<string, (budget: RetryBudget) => void>> = {
    'allows a retry to begin with'(budget) {
      budget.onCall();
      budget.onFailure();
      strictEqual(budget.tryRetry(), true);
    },
    'never has a negative balance'(budget) {
      for (let call = 0; call < 1_000; call++) {
        budget.onFailure();
        budget.tryRetry();
        ok(budget.balance >= 0 && Number.isFinite(budget.balance), `the balance is ${budget.balance}`);
      }
    },
    'ends the retries of a service that is down'(budget) {
      ok(exhausted(budget), `${many} retries were allowed without one success`);
      strictEqual(budget.tryRetry(), false);
    },
    'takes nothing for a retry that it refuses'(budget) {
      exhausted(budget);
      const { balance } = budget;
      strictEqual(budget.tryRetry(), false);
      strictEqual(budget.balance, balance);
    },
    'allows retries again when calls succeed'(budget) {
      exhausted(budget);
      let allowed = false;
      for (let call = 0; call < many && !allowed; call++) {
        budget.onCall();
        budget.onSuccess();
        allowed = budget.tryRetry();
      }
      ok(allowed, `no retry was allowed after ${many} successes`);
    },
    'is not lowered by calls and successes, nor raised by failures'(budget) {
      for (let call = 0; call < 100; call++) {
        const before = budget.balance;
        budget.onCall();
        budget.onSuccess();
        ok(budget.balance >= before);
        const after = budget.balance;
        budget.onFailure();
        ok(budget.balance <= after);
      }
    },
  };
  return Object.entries(cases).map(([name, check]) => ({ name, run: async () => check(make()) }));
}

/** Retries, in vain, until the budget refuses; false when it never does. */
function exhausted(budget: RetryBudget): boolean {
  for (let retry = 0; retry < many; retry++) {
    if (!budget.tryRetry()) return true;
    budget.onFailure();
  }
  return false;
}
