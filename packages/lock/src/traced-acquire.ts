import type { Tracer } from '@xc/core';
import type { HeldLease } from './held-lease.ts';

/** Acquires within a span. A tracer that throws leaves no lock with nobody to release it. */
export async function tracedAcquire(tracer: Tracer, acquire: () => Promise<HeldLease>): Promise<HeldLease> {
  let lease: HeldLease | undefined;
  try {
    return await tracer.span('lock.acquire', async (span) => {
      lease = await acquire();
      span.set({ fence: String(lease.fence) });
      return lease;
    });
  } catch (error) {
    await lease?.release();
    throw error;
  }
}
