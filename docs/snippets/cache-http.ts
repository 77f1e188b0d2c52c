import assert from 'node:assert/strict';
import { createCache } from '@xc/cache';
import { createHttpCache } from '@xc/cache/http';

const http = createHttpCache(createCache(), {
  tags: ({ url }) => (url.startsWith('/cities') ? ['cities'] : []),
  staleIfErrorMs: 60_000,
});
let runs = 0;
const produce = async () => {
  runs++;
  return {
    status: 200,
    headers: { 'cache-control': 'public, max-age=60' },
    body: '{"name":"Bern"}',
  };
};

const get = { method: 'GET', headers: {} };
const first = await http.handle(
  { ...get, url: '/cities/1?b=2&a=1' },
  produce,
);
const second = await http.handle(
  { ...get, url: '/cities/1?a=1&b=2&utm_source=mail' },
  produce,
);
assert.deepEqual([first.outcome, second.outcome, runs], ['miss', 'hit', 1]);

const etag = String(second.headers.etag);
const third = await http.handle(
  { ...get, url: '/cities/1?a=1&b=2', headers: { 'if-none-match': etag } },
  produce,
);
assert.deepEqual([third.status, third.outcome], [304, 'not-modified']);

await http.invalidate({ tags: ['cities'] });
