import { redisKind } from './redis-server.ts';
import { type Server, startAlone } from './server.ts';

/** Options of {@link startRedis}. */
export interface StartRedisOptions {
  /** More command line of redis-server, for instance `['--maxmemory', '1mb']`. @defaultValue none */
  readonly args?: readonly string[];
  /** Writes every command to disk, so that `restart()` brings the data back even after `kill()`. @defaultValue false */
  readonly appendOnly?: boolean;
}

/** Starts a redis-server of its own: a free port, a temporary folder, both gone after disposal or a crash. */
export function startRedis(options: StartRedisOptions = {}): Promise<Server> {
  const { args = [], appendOnly = false } = options;
  const persistence = appendOnly ? ['--appendonly', 'yes', '--appendfsync', 'always'] : ['--appendonly', 'no'];
  return startAlone('redis', (keeper) => redisKind(keeper, 'redis', [...persistence, ...args]));
}
