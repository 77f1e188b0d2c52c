import { once } from 'node:events';
import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { tcpProxy } from './tcp-proxy.ts';

test('passes bytes and ends on, both ways', async () => {
  await using echo = await startEcho();
  await using proxy = await tcpProxy(echo.port);
  const client = await connect(proxy.port);
  expect(await roundTrip(client, 'hello')).toBe('hello');
  expect(proxy.connections).toBe(1);
  client.end();
  await once(client, 'end');
  await expect.poll(() => proxy.connections).toBe(0);
  await expect.poll(() => echo.sockets.size).toBe(0);
});

test('cuts: resets what is open, refuses what is new, and comes back on the same port', async () => {
  await using echo = await startEcho();
  await using proxy = await tcpProxy(echo.port);
  const client = await connect(proxy.port);
  const failure = closing(client);
  await proxy.cut();
  await failure;
  expect(proxy.connections).toBe(0);
  await expect(connect(proxy.port)).rejects.toThrow('ECONNREFUSED');
  await proxy.restore();
  const again = await connect(proxy.port);
  expect(await roundTrip(again, 'back')).toBe('back');
  again.destroy();
});

test('delays in each direction without reordering and without adding up, and delivers at once when restored', async () => {
  await using echo = await startEcho();
  await using proxy = await tcpProxy(echo.port);
  const client = await connect(proxy.port);
  await proxy.delay(150);
  const startedAt = performance.now();
  client.write('1');
  await sleep(50);
  client.write('2');
  expect(await receive(client, 2)).toBe('12');
  const took = performance.now() - startedAt;
  expect(took).toBeGreaterThan(295);
  expect(took).toBeLessThan(600);
  await proxy.delay(60_000);
  const answer = roundTrip(client, 'soon');
  await sleep(50);
  await proxy.restore();
  expect(await answer).toBe('soon');
  client.destroy();
});

test('swallows without closing while half open, and resets afterwards', async () => {
  await using echo = await startEcho();
  await using proxy = await tcpProxy(echo.port);
  const client = await connect(proxy.port);
  await roundTrip(client, 'before');
  await proxy.halfOpen();
  client.write('into the void');
  const silent = await connect(proxy.port);
  silent.write('nobody there');
  expect(await Promise.race([receive(client, 1), receive(silent, 1), sleep(200, 'silence')])).toBe('silence');
  expect(client.closed).toBe(false);
  expect(echo.received()).toBe('before');
  const closed = [closing(client), closing(silent)];
  await proxy.restore();
  await Promise.all(closed);
  const again = await connect(proxy.port);
  expect(await roundTrip(again, 'after')).toBe('after');
  again.destroy();
});

test('hides from the server that a client has left while half open', async () => {
  await using echo = await startEcho();
  await using proxy = await tcpProxy(echo.port);
  const client = await connect(proxy.port);
  await roundTrip(client, 'here');
  await proxy.halfOpen();
  client.destroy();
  await sleep(100);
  expect(echo.sockets.size).toBe(1);
  await proxy.restore();
  await expect.poll(() => echo.sockets.size).toBe(0);
});

test('throttles to a rate', async () => {
  await using echo = await startEcho();
  await using proxy = await tcpProxy(echo.port);
  const client = await connect(proxy.port);
  await proxy.throttle(20_000);
  const startedAt = performance.now();
  await roundTrip(client, 'x'.repeat(10_000));
  expect(performance.now() - startedAt).toBeGreaterThan(450);
  await proxy.restore();
  const restoredAt = performance.now();
  await roundTrip(client, 'x'.repeat(1_000_000));
  expect(performance.now() - restoredAt).toBeLessThan(5_000);
  client.destroy();
});

test('resets a client whose server is not there', async () => {
  const echo = await startEcho();
  await using proxy = await tcpProxy(echo.port);
  await echo[Symbol.asyncDispose]();
  const client = await connect(proxy.port);
  await closing(client);
});

async function startEcho(): Promise<
  AsyncDisposable & { readonly port: number; readonly sockets: Set<Socket>; received(): string }
> {
  const sockets = new Set<Socket>();
  let received = '';
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('data', (bytes) => {
      received += bytes.toString();
      socket.write(bytes);
    });
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    sockets,
    received: () => received,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

async function connect(port: number): Promise<Socket> {
  const socket = createConnection({ port, host: '127.0.0.1' });
  await once(socket, 'connect');
  socket.on('error', () => {});
  return socket;
}

function closing(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()));
}

function roundTrip(socket: Socket, text: string): Promise<string> {
  const answer = receive(socket, text.length);
  socket.write(text);
  return answer;
}

function receive(socket: Socket, length: number): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const take = (bytes: Buffer): void => {
      text += bytes.toString();
      if (text.length < length) return;
      socket.off('data', take);
      resolve(text);
    };
    socket.on('data', take);
  });
}
