export { redisTier } from './redis-tier.ts';
export type { RedisTierOptions } from './redis-tier-options.ts';
