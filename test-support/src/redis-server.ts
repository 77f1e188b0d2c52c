import { accessSync, constants, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { delimiter, join } from 'node:path';
import type { Keeper } from './keeper.ts';
import type { ServerKind } from './server.ts';

/**
 * The redis-server to run: what `REDIS_SERVER` names, else the first of PATH.
 * @throws Error that says how to get one.
 */
export function findRedisServer(env: NodeJS.ProcessEnv = process.env): string {
  const named = env.REDIS_SERVER;
  if (named !== undefined && named !== '') {
    if (isExecutable(named)) return named;
    throw new Error(`REDIS_SERVER names ${named}, which cannot be run`);
  }
  const found = (env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'redis-server'))
    .find(isExecutable);
  if (found !== undefined) return found;
  throw new Error('no redis-server in PATH: run `node scripts/setup.mjs test`, or name one in REDIS_SERVER');
}

/** A redis-server process in any of its roles: arguments, and the configuration file it starts from, decide. */
export function redisKind(keeper: Keeper, name: string, args: readonly string[] = [], config = ''): ServerKind {
  const command = findRedisServer();
  return {
    name,
    url: (port) => `redis://127.0.0.1:${port}`,
    order(port) {
      const folder = join(keeper.folder, String(port));
      const file = join(folder, 'redis.conf');
      mkdirSync(folder, { recursive: true });
      // What the server itself has written there (its role, for instance) outlives a restart.
      if (!existsSync(file)) writeFileSync(file, config);
      const fixed = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--daemonize', 'no'];
      return { command, args: [file, ...fixed, ...args], cwd: folder };
    },
    ready: answersPing,
  };
}

/** Whether a Redis on this port takes commands now; one that asks for a password does. */
export function answersPing(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' });
    const settle = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(500, () => settle(false));
    socket.once('error', () => settle(false));
    socket.once('close', () => settle(false));
    socket.once('data', (bytes) => settle(/^(\+PONG|-NOAUTH)/.test(bytes.toString('latin1'))));
    socket.write('PING\r\n');
  });
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
