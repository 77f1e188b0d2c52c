import { findRedisServer, startRedis } from '@xc/test-support';
import { openLine } from './line.ts';

/** A Redis that an act may take away. */
export interface OpenRedis extends AsyncDisposable {
  readonly url: string;
  /** How the act says what it did to it. */
  readonly stopped: string;
  stop(): Promise<void>;
}

/**
 * The Redis of `--redis`, through a line that can be cut: a Redis of somebody else is not for us to kill. Else one of our own,
 * where there is a redis-server; else none.
 */
export async function openRedis(given: string | undefined): Promise<OpenRedis | undefined> {
  if (given !== undefined) return openGiven(given);
  if (findRedisServer() === undefined) return undefined;
  const server = await startRedis();
  return {
    url: server.url,
    stopped: 'Redis was killed',
    stop: () => server.kill(),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

async function openGiven(given: string): Promise<OpenRedis> {
  const url = new URL(given);
  // Nobody between could speak TLS with a certificate for that host.
  if (url.protocol === 'rediss:') throw new Error('the act abuse cuts the line to Redis, which it cannot do with TLS');
  const line = await openLine(url.hostname, Number(url.port || 6379));
  url.hostname = '127.0.0.1';
  url.port = `${line.port}`;
  return {
    url: url.href,
    stopped: 'the line to Redis was cut',
    stop: () => line.cut(),
    [Symbol.asyncDispose]: () => line.cut(),
  };
}
