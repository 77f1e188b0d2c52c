import {
  amount,
  orDefault,
  type PolicyOptions,
  policyEnvironment,
  policyOptionNames,
  refuseUnknown,
} from '../options.ts';
import type { RetryBudget } from './retry-budget.ts';

/** How much a `tokenRetryBudget` allows. */
export interface TokenRetryBudgetOptions extends PolicyOptions {
  /**
   * Tokens to begin with, and the most there are.
   * @defaultValue 10
   */
  readonly maxTokens?: number;
  /**
   * Tokens that a success gives back; counted in thousandths.
   * @defaultValue 0.1
   */
  readonly tokenRatio?: number;
}

/**
 * Allows retries while more than half of the tokens are left: a failure costs one, a success gives `tokenRatio` back.
 * The retry throttling of gRPC (proposal A6).
 *
 * @throws TypeError or RangeError for an unknown option or a value out of range.
 */
export function tokenRetryBudget(options: TokenRetryBudgetOptions = {}): RetryBudget {
  refuseUnknown(options, ['maxTokens', 'tokenRatio', ...policyOptionNames]);
  policyEnvironment(options, 'token-retry-budget');
  const max = Math.round(amount('maxTokens', orDefault(options.maxTokens, 10), 'refused') * 1000);
  const gain = Math.round(amount('tokenRatio', orDefault(options.tokenRatio, 0.1)) * 1000);
  let tokens = max;
  return {
    onCall() {},
    onSuccess() {
      tokens = Math.min(max, tokens + gain);
    },
    onFailure() {
      tokens = Math.max(0, tokens - 1000);
    },
    tryRetry: () => tokens * 2 > max,
    get balance() {
      return tokens / 1000;
    },
  };
}
