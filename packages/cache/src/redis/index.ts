export type { CoherenceOptions } from './coherence-options.ts';
export { pubsub } from './pubsub.ts';
export { redisTier } from './redis-tier.ts';
export type { RedisTierOptions } from './redis-tier-options.ts';
export { type StreamOptions, stream } from './stream.ts';
export { tracking } from './tracking.ts';
