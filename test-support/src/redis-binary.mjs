// Plain JavaScript, because the set-up asks the same question before anything is installed.
import { findInPath, isProgram } from './program-in-path.mjs';

export function findRedisServer(env = process.env) {
  const named = env.REDIS_SERVER;
  if (named === undefined || named === '') return findInPath('redis-server', env);
  if (isProgram(named)) return named;
  throw new Error(`REDIS_SERVER names ${named}, which cannot be run`);
}
