import { systemClock } from '@xc/core';

const PATIENCE_MS = 5_000;
const PAUSE_MS = 2;

/** Whether it comes true, sooner or later. By the clock of the machine: messages really travel. */
export async function eventually(check: () => boolean | Promise<boolean>): Promise<boolean> {
  const giveUpAt = systemClock.monotonic() + PATIENCE_MS;
  while (!(await check())) {
    if (systemClock.monotonic() > giveUpAt) return false;
    await systemClock.sleep(PAUSE_MS);
  }
  return true;
}
