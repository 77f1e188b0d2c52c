import { holdingCases } from './contract/holding-cases.ts';
import { namingCases } from './contract/naming-cases.ts';
import { permitCases } from './contract/permit-cases.ts';
import { tellingCases } from './contract/telling-cases.ts';
import type { LockStoreCase } from './lock-store-fixture.ts';

/**
 * What every store of locks promises, for any test runner or none. A store on a real server really waits, in all for about
 * two seconds.
 *
 * @example
 * ```ts
 * for (const { name, run } of lockStoreContract) test(name, () => run({ store, pass: (ms) => clock.sleep(ms) }));
 * ```
 */
export const lockStoreContract: readonly LockStoreCase[] = Object.freeze([
  ...holdingCases,
  ...permitCases,
  ...tellingCases,
  ...namingCases,
]);
