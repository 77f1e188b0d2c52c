export { memoryRatelimitStore } from './memory-store.ts';
export { createRatelimit, type Ratelimit, type RatelimitOptions, type TouchOptions } from './ratelimit.ts';
export type { RatelimitStore } from './store.ts';
