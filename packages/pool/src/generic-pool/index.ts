export { createPool } from './create-pool.ts';
export type { Factory, GenericPool, GenericPool as Pool } from './generic-pool.ts';
export type { GenericPoolOptions, GenericPoolOptions as Options } from './generic-pool-options.ts';
