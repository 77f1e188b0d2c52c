import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '@xc/core';
import { expect, test } from 'vitest';
import { drive } from '../src/load/drive.ts';
import type { Visit } from '../src/load/visits.ts';

type Answer = (response: ServerResponse, count: number) => void;

async function listen(answer: Answer): Promise<AsyncDisposable & { readonly origin: string }> {
  let count = 0;
  const server = createServer((_, response) => {
    count += 1;
    answer(response, count);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const every10Ms = (count: number): Visit[] =>
  Array.from({ length: count }, (_, index) => ({ kind: 'city', atMs: index * 10, method: 'GET', path: '/' }));

const options = { clock: systemClock, patienceMs: 5_000 };
const fresh = (response: ServerResponse) => response.setHeader('x-answer', 'fresh').end('{}');

test('goes on sending while the service says nothing, and counts the wait of everybody', async () => {
  const waiting: ServerResponse[] = [];
  let most = 0;
  await using service = await listen((response) => {
    waiting.push(response);
    most = Math.max(most, waiting.length);
    // Everybody is answered at once when the last one has come.
    if (waiting.length === 30) for (const one of waiting.splice(0)) fresh(one);
  });
  const [samples = []] = await drive([service.origin], every10Ms(30), options);
  expect(most).toBe(30);
  const first = samples.find(({ atMs }) => atMs === 0);
  const last = samples.find(({ atMs }) => atMs === 290);
  expect(first?.latencyMs).toBeGreaterThan(280);
  expect((first?.latencyMs ?? 0) - (last?.latencyMs ?? 0)).toBeGreaterThan(200);
});

test('sends the same visits to all services', async () => {
  await using one = await listen(fresh);
  await using other = await listen(fresh);
  const [first = [], second = []] = await drive([one.origin, other.origin], every10Ms(5), options);
  const times = (samples: typeof first) => samples.map(({ atMs }) => atMs).sort((a, b) => a - b);
  expect(times(first)).toEqual([0, 10, 20, 30, 40]);
  expect(times(second)).toEqual(times(first));
});

test('tells fresh, stale and failed answers apart', async () => {
  await using service = await listen((response, count) => {
    if (count === 1) fresh(response);
    else if (count === 2) response.setHeader('x-answer', 'stale').end('{}');
    else if (count === 3) response.writeHead(503).end();
    else response.destroy();
  });
  const visits = every10Ms(4).map((visit, index) => ({ ...visit, atMs: index * 100 }));
  const [samples = []] = await drive([service.origin], visits, options);
  expect(samples.map(({ result }) => result)).toEqual(['fresh', 'stale', 'error', 'error']);
});

test('a visitor who is not answered in time leaves, and counts as an error', async () => {
  await using service = await listen(() => {});
  const [samples = []] = await drive([service.origin], every10Ms(1), { ...options, patienceMs: 100 });
  expect(samples[0]?.result).toBe('error');
  expect(samples[0]?.latencyMs).toBeGreaterThanOrEqual(100);
  expect(samples[0]?.latencyMs).toBeLessThan(1_000);
});

test('stops at once when the demo is to end', async () => {
  await using service = await listen(fresh);
  const later: Visit = { kind: 'city', atMs: 60_000, method: 'GET', path: '/' };
  const stop = new AbortController();
  const driving = drive([service.origin], [later], { ...options, signal: stop.signal });
  stop.abort(new Error('stopped'));
  await expect(driving).rejects.toThrow('stopped');
});
