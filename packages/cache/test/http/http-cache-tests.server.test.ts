import { createServer, type Server, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getResults, runTests } from 'http-cache-tests/client/runner.mjs';
import handleConfig from 'http-cache-tests/server/handle-config.mjs';
import handleState from 'http-cache-tests/server/handle-state.mjs';
import handleTest from 'http-cache-tests/server/handle-test.mjs';
import suites from 'http-cache-tests/tests/index.mjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHttpCache } from '../../src/http/index.ts';
import { createCache } from '../../src/index.ts';
import { startProxy } from './reverse-proxy.ts';

/**
 * What a cache must do cannot be seen where it does not do what it only may: these answers are never stored here, never made of
 * parts, or need a cache that serves stale answers unasked. The suite then misses its own set-up.
 */
const NOT_TO_BE_SEEN = [
  'headers-store-Set-Cookie',
  '304-etag-update-response-Set-Cookie',
  'partial-use-headers',
  'stale-close-must-revalidate',
  'stale-close-proxy-revalidate',
  'stale-close-no-cache',
  'stale-close-s-maxage=2',
];

/** Enough to be quick, few enough that an answer which is fresh for 2 s is asked for again within them. */
const AT_ONCE = 80;

const required = suites
  .flatMap(({ tests }) => tests)
  .filter(({ kind, browser_only }) => (kind ?? 'required') === 'required' && browser_only !== true);

const servers: Server[] = [];
const cache = createCache({ l1: { maxItems: 10_000 } });
let results: ReturnType<typeof getResults> = {};

beforeAll(async () => {
  const origin = createServer((request, response) => {
    const [kind, ...segments] = new URL(request.url ?? '/', 'http://origin').pathname.slice(1).split('/');
    const handle = { config: handleConfig, state: handleState, test: handleTest }[kind ?? ''];
    if (handle === undefined) response.writeHead(404).end();
    else handle(segments, request, response);
  });
  await new Promise<void>((resolve) => origin.listen(0, '127.0.0.1', resolve));
  const proxy = await startProxy(createHttpCache(cache), (origin.address() as AddressInfo).port);
  servers.push(origin, proxy.server);
  await runTests([{ tests: required }], plainFetch, false, `http://127.0.0.1:${proxy.port}`, AT_ONCE);
  results = getResults();
});

afterAll(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  await cache[Symbol.asyncDispose]();
});

describe('what every HTTP cache must do', () => {
  test.each(required.map(({ id, name }) => [id, name]))('%s: %s', (id) => {
    const result = results[id];
    if (NOT_TO_BE_SEEN.includes(id)) expect(result).not.toBe(true);
    else expect(result).toBe(true);
  });
});

interface PlainInit {
  readonly method?: string;
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: string;
}

/** As much of `fetch` as the suite uses, without the headers that a browser adds and without following anything. */
function plainFetch(url: string, { method = 'GET', headers = [], body }: PlainInit = {}): Promise<unknown> {
  const joined: Record<string, string> =
    body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  for (const [name, value] of headers) {
    const key = name.toLowerCase();
    joined[key] = joined[key] === undefined ? value : `${joined[key]}, ${value}`;
  }
  return new Promise((resolve, reject) => {
    const outgoing = send(url, { method, headers: joined, agent: false }, (incoming) => {
      const chunks: Buffer[] = [];
      const received = new Headers();
      for (let at = 0; at < incoming.rawHeaders.length; at += 2) {
        received.append(incoming.rawHeaders[at] as string, incoming.rawHeaders[at + 1] as string);
      }
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      const text = new Promise<string>((done, failed) => {
        incoming.on('end', () => done(Buffer.concat(chunks).toString()));
        incoming.on('error', failed);
      });
      text.then(
        () =>
          resolve({
            status: incoming.statusCode,
            statusText: incoming.statusMessage,
            headers: received,
            text: () => text,
          }),
        reject,
      );
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
