import { callCases } from './tier-contract/call-cases.ts';
import { fenceCases } from './tier-contract/fence-cases.ts';
import { groupCases } from './tier-contract/group-cases.ts';
import { keyCases } from './tier-contract/key-cases.ts';
import { leaseCases } from './tier-contract/lease-cases.ts';
import { onceCases } from './tier-contract/once-cases.ts';
import type { TierCase } from './tier-contract/tier-case.ts';
import { touchCases } from './tier-contract/touch-cases.ts';
import { valueCases } from './tier-contract/value-cases.ts';

/**
 * What every tier promises, for any test runner or none. No time is longer than 700 ms, so that a tier on a real server can really
 * wait, and none is a race: a machine that is slow makes no case fail that would pass on a fast one.
 *
 * @example
 * ```ts
 * for (const { name, run } of tierContract) test(name, () => run({ tier, pass }));
 * ```
 */
export const tierContract: readonly TierCase[] = Object.freeze([
  ...valueCases,
  ...keyCases,
  ...touchCases,
  ...fenceCases,
  ...groupCases,
  ...leaseCases,
  ...onceCases,
  ...callCases,
]);
