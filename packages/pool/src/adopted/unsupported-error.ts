import { XcError } from '@xc/core';
import type { PoolCapabilities } from '../pool-capabilities.ts';

/** The engine behind this pool cannot do that. */
export function unsupportedError(pool: string, capability: keyof PoolCapabilities): XcError<'XC_POOL_UNSUPPORTED'> {
  const message = `the engine of pool ${pool} has no ${capability}`;
  return new XcError('XC_POOL_UNSUPPORTED', message, { details: { pool, capability } });
}
