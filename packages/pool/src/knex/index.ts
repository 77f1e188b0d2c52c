export type { AdoptOptions } from '../adopted/adopt-options.ts';
export { fromTarn } from './from-tarn.ts';
export { type KnexPool, type KnexPoolEvent, type KnexRequest, knexPool } from './knex-pool.ts';
export type { AnyTarnPool, TarnRequest } from './tarn-peer.ts';
