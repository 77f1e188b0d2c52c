import type { PoolOptions } from '../pool-options.ts';

/** What can be said of a pool that is not ours: sizes, idle times and checks are its own. */
export type AdoptOptions = Pick<
  PoolOptions,
  | 'name'
  | 'acquireTimeoutMs'
  | 'destroyTimeoutMs'
  | 'priorities'
  | 'createBackoff'
  | 'leak'
  | 'onEvent'
  | 'clock'
  | 'random'
  | 'logger'
>;

/** The names of {@link AdoptOptions}. */
export const adoptOptions = [
  'name',
  'acquireTimeoutMs',
  'destroyTimeoutMs',
  'priorities',
  'createBackoff',
  'leak',
  'onEvent',
  'clock',
  'random',
  'logger',
] as const satisfies readonly (keyof AdoptOptions)[];
