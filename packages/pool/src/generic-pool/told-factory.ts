import type { Clock } from '@xc/core';
import type { PoolFactory } from '../pool-factory.ts';
import type { Factory } from './generic-pool.ts';

/** What a factory of generic-pool becomes a factory of ours with. */
export interface ToldFactoryParts {
  readonly clock: Clock;
  /** Whether `validate` is of interest. */
  readonly tests: boolean;
  /** After this long a close is told as failed. */
  readonly destroyTimeoutMs: number | undefined;
  /** Hears of every close that failed. */
  destroyFailed(error: unknown): void;
}

/** A factory of ours around one of generic-pool, which also tells of closes that fail. */
export function toldFactory<T>(factory: Factory<T>, parts: ToldFactoryParts): PoolFactory<T> {
  const { clock, tests, destroyTimeoutMs, destroyFailed } = parts;
  return {
    create: () => factory.create(),
    async destroy(resource) {
      const late = new Error('destroy timed out');
      let told = false;
      const tell = (error: unknown) => {
        if (!told) destroyFailed(error);
        told = true;
      };
      const timer = destroyTimeoutMs === undefined ? undefined : clock.after(destroyTimeoutMs, () => tell(late));
      try {
        await factory.destroy(resource);
      } catch (error) {
        tell(error);
        throw error;
      } finally {
        timer?.cancel();
      }
    },
    // Nothing but `false` is a no there.
    ...(tests && factory.validate !== undefined
      ? { validate: async (resource: T) => (await factory.validate?.(resource)) !== false }
      : {}),
  };
}
