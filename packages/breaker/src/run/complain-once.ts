import type { Logger } from '@xc/core';

/** Logs the first error of a callback that was handed in, and stays silent from then on: it fails on every call. */
export function complainOnce(logger: Logger, policy: string, callback: string, then: string): (error: unknown) => void {
  let silent = false;
  return (error) => {
    if (silent) return;
    silent = true;
    logger.error({ err: error, policy }, `${callback} of ${policy} threw: ${then}`);
  };
}
