import type { Logger } from '@xc/core';
import { type Complain, complainOnce, hearOut, isPromised } from '../run/hook.ts';
import type { RetryBudget } from './retry-budget.ts';

/** A budget of anybody's making as policies use it: one that fails is logged once, and pays for nothing. */
export function guardedBudget(budget: RetryBudget, logger: Logger, policy: string): RetryBudget {
  const then = 'the call goes on, and it pays for nothing';
  return new GuardedBudget(budget, complainOnce(logger, policy, 'the budget', then));
}

/** Spelt out four times, not once over closures: it is asked on every call. */
class GuardedBudget implements RetryBudget {
  readonly #budget: RetryBudget;
  readonly #complain: Complain;

  constructor(budget: RetryBudget, complain: Complain) {
    this.#budget = budget;
    this.#complain = complain;
  }

  get balance(): number {
    return this.#budget.balance;
  }

  onCall(): void {
    try {
      hearOut(this.#budget.onCall(), this.#complain);
    } catch (error) {
      this.#complain(error);
    }
  }

  onSuccess(): void {
    try {
      hearOut(this.#budget.onSuccess(), this.#complain);
    } catch (error) {
      this.#complain(error);
    }
  }

  onFailure(): void {
    try {
      hearOut(this.#budget.onFailure(), this.#complain);
    } catch (error) {
      this.#complain(error);
    }
  }

  tryRetry(): boolean {
    try {
      const paid: unknown = this.#budget.tryRetry();
      return !isPromised(paid, this.#complain) && Boolean(paid);
    } catch (error) {
      this.#complain(error);
      return false;
    }
  }
}
