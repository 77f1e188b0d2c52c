import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import type { Keeper } from './keeper.ts';
import { findRedisServer } from './redis-binary.mjs';
import type { ServerKind } from './server.ts';

/** A redis-server process in any of its roles: arguments, and the configuration file it starts from, decide. */
export function redisKind(keeper: Keeper, name: string, args: readonly string[] = [], config = ''): ServerKind {
  const command = findRedisServer();
  if (command === undefined) {
    throw new Error('no redis-server in PATH: type `node scripts/setup.mjs test`, or name one in REDIS_SERVER');
  }
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
function answersPing(port: number): Promise<boolean> {
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
