import { adjustCases } from './contract/adjust-cases.ts';
import { blockCases } from './contract/block-cases.ts';
import { countingCases } from './contract/counting-cases.ts';
import { leaseCases } from './contract/lease-cases.ts';
import { retryCases } from './contract/retry-cases.ts';
import { stepCases } from './contract/step-cases.ts';
import type { LimitStoreCase } from './limit-store-fixture.ts';

/**
 * What every store of limits promises, for any test runner or none. No window is longer than 300 ms, so that a store on a real
 * server can really wait; on a busy machine a case that was held up tries again.
 *
 * @example
 * ```ts
 * for (const { name, run } of limitStoreContract) test(name, () => run({ store, clock: systemClock, pass }));
 * ```
 */
export const limitStoreContract: readonly LimitStoreCase[] = Object.freeze([
  ...countingCases,
  ...retryCases,
  ...stepCases,
  ...adjustCases,
  ...blockCases,
  ...leaseCases,
]);
