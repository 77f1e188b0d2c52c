import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { pacedFetch } from './paced-fetch.ts';

const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server[Symbol.asyncDispose]();
});

type Handler = (response: ServerResponse, request: IncomingMessage, nth: number) => void;

/** A real server; `asked` are the moments at which requests came in. */
async function serve(handle: Handler) {
  const asked: number[] = [];
  const server = createServer((request, response) => {
    request.resume();
    handle(response, request, asked.push(performance.now()));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push({
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, asked };
}

const epochIn = (seconds: number) => Math.ceil(Date.now() / 1_000) + seconds;
const drafts: Readonly<Record<string, () => Record<string, string>>> = {
  'draft-10': () => ({ 'RateLimit-Policy': '"a";q=1;w=1', RateLimit: '"a";r=0;t=1' }),
  'draft-7': () => ({ 'RateLimit-Policy': '1;w=1', RateLimit: 'limit=1, remaining=0, reset=1' }),
  'draft-6': () => ({ 'RateLimit-Limit': '1', 'RateLimit-Remaining': '0', 'RateLimit-Reset': '1' }),
  legacy: () => ({ 'X-RateLimit-Limit': '1', 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': `${epochIn(1)}` }),
};

test('keeps to what a server says, in every draft', async () => {
  const gaps = await Promise.all(
    Object.values(drafts).map(async (headers) => {
      const { url, asked } = await serve((response, _request, nth) => {
        response.writeHead(200, nth === 1 ? headers() : {}).end('ok');
      });
      const fetch = pacedFetch(globalThis.fetch);
      expect(await (await fetch(url)).text()).toBe('ok');
      expect(await (await fetch(url)).text()).toBe('ok');
      const [first = 0, second = 0] = asked;
      return second - first;
    }),
  );
  // Epoch seconds are whole: that one may wait for up to two.
  for (const gap of gaps) {
    expect(gap).toBeGreaterThan(950);
    expect(gap).toBeLessThan(5_000);
  }
});

test('waits as long as the Retry-After of a 429 says and asks again, with the body', async () => {
  const bodies: string[] = [];
  const { url, asked } = await serve(async (response, request, nth) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    await once(request, 'end');
    bodies.push(Buffer.concat(chunks).toString());
    if (nth === 1) response.writeHead(429, { 'retry-after': '1' }).end('later');
    else response.end('now');
  });
  const answer = await pacedFetch(fetch)(url, { method: 'POST', body: 'order 66' });
  expect([await answer.text(), bodies]).toEqual(['now', ['order 66', 'order 66']]);
  const [first = 0, second = 0] = asked;
  expect(second - first).toBeGreaterThan(950);
});

test('understands a Retry-After that is a date', async () => {
  const { url, asked } = await serve((response, _request, nth) => {
    if (nth > 1) return void response.end('now');
    response.writeHead(503, { 'retry-after': new Date(epochIn(1) * 1_000).toUTCString() }).end();
  });
  expect((await pacedFetch(fetch)(url)).status).toBe(200);
  const [first = 0, second = 0] = asked;
  expect(second - first).toBeGreaterThan(950);
});

test('reads no further in an answer that it throws away', async () => {
  let closed = () => {};
  const gone = new Promise<void>((resolve) => {
    closed = resolve;
  });
  const { url } = await serve((response, _request, nth) => {
    if (nth > 1) return void response.end('now');
    response.writeHead(429, { 'retry-after': '0' });
    // Would go on for ever, and hold its connection, if nobody cancelled it.
    const writing = setInterval(() => response.write(Buffer.alloc(65_536)), 1);
    response.once('close', () => {
      clearInterval(writing);
      closed();
    });
  });
  expect(await (await pacedFetch(fetch)(url)).text()).toBe('now');
  await Promise.race([gone, sleep(10_000).then(() => Promise.reject(new Error('the answer is still being read')))]);
});

test('does not wait for a server that wants more than the caller has', async () => {
  const { url, asked } = await serve((response) => void response.writeHead(429, { 'retry-after': '3600' }).end());
  const from = performance.now();
  await expect(pacedFetch(fetch)(url)).rejects.toMatchObject({ code: 'XC_RATELIMIT_PACE' });
  await expect(pacedFetch(fetch, { retries: 0 })(url)).resolves.toMatchObject({ status: 429 });
  expect(asked).toHaveLength(2);
  expect(performance.now() - from).toBeLessThan(5_000);
});
