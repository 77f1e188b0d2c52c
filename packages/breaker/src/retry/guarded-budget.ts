import type { Logger } from '@xc/core';
import { complainOnce, hearOut, isPromised } from '../run/hook.ts';
import type { RetryBudget } from './retry-budget.ts';

/** A budget of anybody's making as policies use it: one that fails is logged once, and pays for nothing. */
export function guardedBudget(budget: RetryBudget, logger: Logger, policy: string): RetryBudget {
  const complain = complainOnce(logger, policy, 'the budget', 'the call goes on, and it pays for nothing');
  const tell = (note: () => unknown) => {
    try {
      hearOut(note(), complain);
    } catch (error) {
      complain(error);
    }
  };
  return {
    onCall: () => tell(() => budget.onCall()),
    onSuccess: () => tell(() => budget.onSuccess()),
    onFailure: () => tell(() => budget.onFailure()),
    tryRetry() {
      try {
        const paid: unknown = budget.tryRetry();
        return !isPromised(paid, complain) && Boolean(paid);
      } catch (error) {
        complain(error);
        return false;
      }
    },
    get balance() {
      return budget.balance;
    },
  };
}
