export { flexible } from './flexible.ts';
export type { FlexibleLimiter, FlexibleResult } from './flexible-limiter.ts';
