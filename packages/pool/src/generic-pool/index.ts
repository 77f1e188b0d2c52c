export type { AdoptOptions } from '../adopted/adopt-options.ts';
export { createPool, default } from './create-pool.ts';
export { fromGenericPool } from './from-generic-pool.ts';
export type { Factory, GenericPool, GenericPool as Pool } from './generic-pool.ts';
export type { GenericPoolOptions, GenericPoolOptions as Options } from './generic-pool-options.ts';
export type { AnyGenericPool } from './generic-pool-peer.ts';
