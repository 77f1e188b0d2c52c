/**
 * The redis-server to run: what `REDIS_SERVER` names, else the first in `PATH`, else undefined.
 * @throws Error when `REDIS_SERVER` names something that cannot be run.
 */
export function findRedisServer(env?: NodeJS.ProcessEnv): string | undefined;
