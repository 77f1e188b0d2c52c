import { once } from 'node:events';
import { createConnection, createServer, type Server as NetServer, type Socket } from 'node:net';
import { reservePort } from './port.ts';
import { carry, type Weather } from './tcp-lane.ts';

/** Stands between a client and a server on this machine, and is as bad a network as the test wants. */
export interface TcpProxy extends AsyncDisposable {
  readonly host: '127.0.0.1';
  /** Where clients connect; stays the same, also over a cut. */
  readonly port: number;
  /** How many clients are connected now. */
  readonly connections: number;
  /** Resets every connection and refuses new ones. */
  cut(): Promise<void>;
  /** Delivers everything this many milliseconds late, in order. */
  delay(ms: number): Promise<void>;
  /**
   * Swallows what either side sends and closes nothing, as if the other side had lost its power: both believe the
   * connection to be open. New connections are accepted and hear nothing. The way back to normal resets them all,
   * because bytes are missing from them.
   */
  halfOpen(): Promise<void>;
  /** Lets so many bytes through a second, in each direction of each connection. */
  throttle(bytesPerSecond: number): Promise<void>;
  /** Back to normal: what waited is delivered now, new connections are accepted. */
  restore(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

interface Pair {
  readonly client: Socket;
  readonly upstream: Socket;
}

/** Starts a proxy in front of the given port of 127.0.0.1. */
export async function tcpProxy(targetPort: number): Promise<TcpProxy> {
  const reserved = await reservePort();
  const pairs = new Set<Pair>();
  let weather: Weather = fair();
  const now = (): Weather => weather;

  const accept = (client: Socket): void => {
    const upstream = createConnection({ port: targetPort, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    const pair: Pair = { client, upstream };
    pairs.add(pair);
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      one.on('error', () => {});
      one.on('close', (failed) => {
        if (now().kind === 'half-open') return;
        if (failed) other.resetAndDestroy();
        if (client.closed && upstream.closed) pairs.delete(pair);
      });
      carry(one, other, now);
    }
  };
  const listener = createServer({ allowHalfOpen: true, noDelay: true }, accept);

  const resetAll = (): void => {
    for (const { client, upstream } of pairs) {
      client.resetAndDestroy();
      upstream.resetAndDestroy();
    }
    pairs.clear();
  };
  const change = async (next: Weather): Promise<void> => {
    const before = weather;
    weather = next;
    if (before.kind === 'half-open' || next.kind === 'cut') resetAll();
    before.over.abort();
    if (next.kind === 'cut') await close(listener);
    else await listen(listener, reserved.port);
  };

  await change(weather);
  return {
    host: '127.0.0.1',
    port: reserved.port,
    get connections() {
      return pairs.size;
    },
    cut: () => change({ kind: 'cut', over: new AbortController() }),
    delay: (ms) => change({ kind: 'delay', ms, over: new AbortController() }),
    halfOpen: () => change({ kind: 'half-open', over: new AbortController() }),
    throttle: (bytesPerSecond) => change({ kind: 'throttle', bytesPerSecond, over: new AbortController() }),
    restore: () => change(fair()),
    async [Symbol.asyncDispose]() {
      await change({ kind: 'cut', over: new AbortController() });
      reserved[Symbol.dispose]();
    },
  };
}

function fair(): Weather {
  return { kind: 'fair', over: new AbortController() };
}

async function listen(listener: NetServer, port: number): Promise<void> {
  if (listener.listening) return;
  listener.listen({ port, host: '127.0.0.1' });
  await once(listener, 'listening');
}

async function close(listener: NetServer): Promise<void> {
  if (!listener.listening) return;
  listener.close();
  if (listener.listening) await once(listener, 'close');
}
