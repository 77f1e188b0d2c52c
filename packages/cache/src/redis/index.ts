export type { CoherenceOptions } from './coherence-options.ts';
export { redisTier } from './redis-tier.ts';
export type { RedisTierOptions } from './redis-tier-options.ts';
export { tracking } from './tracking.ts';
