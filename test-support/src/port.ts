import { randomInt } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** A TCP port of 127.0.0.1 that no other reservation on this machine gets while this one is held. */
export interface ReservedPort extends Disposable {
  readonly port: number;
}

/** Below the range from which systems take the ports of outgoing connections, and low enough for a second port above. */
const FIRST = 10_000;
const LAST = 21_999;
const TRIES = 200;

/**
 * Reserves a free port, and with it the ports at the given distances (Redis Cluster's bus is 10,000 higher).
 *
 * A UDP socket bound to the same number is the reservation: only one process can have it, the kernel returns it when that
 * process dies, and TCP does not mind. So a server can be down for a while and still find its port free when it is back.
 */
export async function reservePort(distances: readonly number[] = []): Promise<ReservedPort> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const port = randomInt(FIRST, LAST + 1);
    const held = await holdAll([0, ...distances].map((distance) => port + distance));
    if (held === undefined) continue;
    return { port, [Symbol.dispose]: () => release(held) };
  }
  throw new Error(`no free port between ${FIRST} and ${LAST} after ${TRIES} tries`);
}

async function holdAll(ports: readonly number[]): Promise<readonly Socket[] | undefined> {
  const held: Socket[] = [];
  for (const port of ports) {
    const socket = await hold(port);
    if (socket !== undefined) held.push(socket);
    if (socket === undefined || !(await isFree(port))) {
      release(held);
      return undefined;
    }
  }
  return held;
}

async function hold(port: number): Promise<Socket | undefined> {
  const socket = createSocket('udp4');
  try {
    socket.bind({ port, address: '127.0.0.1', exclusive: true });
    await once(socket, 'listening');
    return socket.unref();
  } catch {
    socket.close();
    return undefined;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen({ port, host: '127.0.0.1', exclusive: true });
  try {
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}

function release(held: readonly Socket[]): void {
  for (const socket of held) socket.close();
}
