export { cacheManagerCompat } from './cache-manager-compat.ts';
export type { CompatCache, CompatEvents, CompatItem, CompatWrapOptions } from './compat-cache.ts';
