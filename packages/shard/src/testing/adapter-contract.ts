import assert from 'node:assert/strict';
import type { AdapterFixture, AdapterTraits } from './adapter-contract/adapter-fixture.ts';
import { AdapterProbe } from './adapter-contract/adapter-probe.ts';
import { captureCases } from './adapter-contract/capture-cases.ts';
import { claimCases } from './adapter-contract/claim-cases.ts';
import { digestCases } from './adapter-contract/digest-cases.ts';
import { fenceCases } from './adapter-contract/fence-cases.ts';
import { mirrorCases } from './adapter-contract/mirror-cases.ts';
import { type AdapterCases, rowCases } from './adapter-contract/row-cases.ts';
import type { ContractCase } from './store-contract.ts';

/**
 * What every adapter keeps, for any test runner: `test.for(adapterContract(fixture))('$name', ({ run }) => run())`.
 * @param fixture - Called once a case.
 * @param traits - What the adapter is; it is held to the promises of that.
 */
export function adapterContract(
  fixture: () => Promise<AdapterFixture>,
  traits: AdapterTraits = {},
): readonly ContractCase[] {
  const { capture = 'log', fencing = 'data' } = traits;
  const cases: AdapterCases = {
    'says what it is': async ({ adapter }) => {
      assert.ok(typeof adapter.name === 'string' && adapter.name.length > 0);
      assert.deepEqual([adapter.capture, adapter.fencing], [capture, fencing]);
    },
    ...rowCases(traits),
    ...digestCases,
    ...claimCases,
    ...(capture === 'log' ? captureCases(traits) : mirrorCases(traits)),
    ...(fencing === 'data' ? fenceCases(traits) : {}),
  };
  return Object.entries(cases).map(([name, keeps]) => ({
    name,
    run: async () => {
      const opened = await fixture();
      try {
        await keeps(new AdapterProbe(opened));
      } finally {
        await opened.dispose?.();
      }
    },
  }));
}
