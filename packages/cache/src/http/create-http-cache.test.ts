import { ManualClock } from '@xc/core/testing';
import { describe, expect, test, vi } from 'vitest';
import vectors from '../../test/vectors/cache.json' with { type: 'json' };
import { createCache } from '../create-cache.ts';
import { memoryTier } from '../memory-tier/memory-tier.ts';
import { createHttpCache } from './create-http-cache.ts';
import type { ProduceContext } from './http-cache.ts';
import type { HttpCacheOptions } from './http-cache-options.ts';
import type { HttpHeaders, HttpRequestFacts, HttpResponseFacts } from './http-facts.ts';

type Source = (
  request: HttpRequestFacts,
  context: ProduceContext,
) => Partial<HttpResponseFacts> | Promise<Partial<HttpResponseFacts>>;

/** A site behind the cache that counts what reaches it. */
function site(source: Source = () => ({}), options: HttpCacheOptions = {}) {
  const clock = new ManualClock();
  const cache = createCache({ clock });
  const http = createHttpCache(cache, options);
  const asked: string[] = [];
  const ask = (url: string, headers: HttpHeaders = {}, method = 'GET') => {
    const request = { method, url, headers };
    return http.handle(request, async (context) => {
      asked.push(`${method} ${url}`);
      const body = `${url} #${asked.length}`;
      return { status: 200, headers: { 'cache-control': 'max-age=60' }, body, ...(await source(request, context)) };
    });
  };
  return { clock, cache, http, asked, ask };
}

describe('keys', () => {
  interface Vector {
    readonly why: string;
    readonly a: HttpRequestFacts;
    readonly b: HttpRequestFacts;
    readonly hit: boolean;
    readonly options?: HttpCacheOptions;
    readonly response?: HttpHeaders;
  }
  for (const { why, a, b, hit, options, response } of vectors.httpKey as unknown as readonly Vector[]) {
    test(`${hit ? 'agree' : 'differ'}: ${why}`, async () => {
      const { ask } = site(() => ({ headers: { 'cache-control': 'max-age=60', ...response } }), options);
      await ask(a.url, a.headers, a.method);
      expect((await ask(b.url, b.headers, b.method)).outcome === 'hit').toBe(hit);
    });
  }

  test('leave out what no answer depends on, under any spelling', async () => {
    const { ask, asked } = site();
    await ask('/a?x=1&utm_source=mail&gclid=7');
    await ask('/a?fbclid=9&x=1&utm%5Fmedium=b#top');
    expect((await ask('/a?x=1&utm=1')).outcome).toBe('miss');
    expect(asked).toHaveLength(2);
  });

  test('hold partitions, hosts and very long URLs apart', async () => {
    const { ask, asked } = site(undefined, { partition: ({ headers }) => headers.tenant as string | undefined });
    const long = `/a?x=${'y'.repeat(3_000)}`;
    for (const [url, headers] of [
      ['/a', { tenant: 'a' }],
      ['/a', { tenant: 'b' }],
      ['/a', { host: 'a.example' }],
      ['/a', { host: 'b.example' }],
      [`${long}1`, {}],
      [`${long}2`, {}],
    ] as const) {
      expect((await ask(url, headers)).outcome).toBe('miss');
      expect((await ask(url, headers)).outcome).toBe('hit');
    }
    expect(asked).toHaveLength(6);
  });

  test('follow what each answer varies by, also when that changes', async () => {
    const { ask } = site(({ headers }) => ({
      headers: {
        'cache-control': 'max-age=60',
        vary: headers.accept === 'json' ? 'Accept, Accept-Language' : 'Accept',
      },
      body: `${headers.accept} ${headers['accept-language']}`,
    }));
    const of = async (accept: string, language: string) => {
      const { body, outcome } = await ask('/a', { accept, 'accept-language': language });
      return `${body} ${outcome}`;
    };
    expect(await of('html', 'de')).toBe('html de miss');
    expect(await of('html', 'fr')).toBe('html de hit');
    expect(await of('json', 'de')).toBe('json de miss');
    expect(await of('json', 'fr')).toBe('json fr miss');
    expect(await of('json', 'de')).toBe('json de hit');
    expect(await of('json', 'fr')).toBe('json fr hit');
    expect(await of('html', 'fr')).toBe('html de hit');
  });
});

describe('a hit', () => {
  test('has the age of the answer and of its stay, and nothing between neighbours', async () => {
    const { ask, clock } = site(() => ({
      headers: {
        'Cache-Control': 'max-age=60',
        Age: '5',
        Connection: 'x-hop',
        'X-Hop': '1',
        'Keep-Alive': '2',
        'X-Kept': ['a', 'b'],
      },
    }));
    await ask('/a');
    await clock.advance(3_500);
    const { headers } = await ask('/a');
    expect(headers).toMatchObject({ age: '8', 'x-kept': ['a', 'b'] });
    expect(Object.keys(headers)).not.toContain('connection');
    expect(Object.keys(headers)).not.toContain('x-hop');
    expect(Object.keys(headers)).not.toContain('keep-alive');
    await clock.advance(51_500);
    expect((await ask('/a')).outcome).toBe('miss');
  });

  test('gives bytes as bytes, and nobody a way to change them', async () => {
    const body = new Uint8Array([0, 255, 128]);
    const { ask } = site(() => ({ body }));
    const first = await ask('/a');
    (first.body as Uint8Array)[0] = 9;
    body[1] = 9;
    expect((await ask('/a')).body).toEqual(new Uint8Array([0, 255, 128]));
  });

  test('answers HEAD from a stored GET without the body', async () => {
    const { ask, asked } = site();
    await ask('/a');
    expect(await ask('/a', {}, 'HEAD')).toMatchObject({ status: 200, body: '', outcome: 'hit' });
    expect(asked).toEqual(['GET /a']);
  });

  test('is one for all who ask while the source works', async () => {
    const { ask, asked } = site(async () => ({}));
    const answers = await Promise.all(Array.from({ length: 50 }, () => ask('/a')));
    expect(asked).toHaveLength(1);
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
  });

  test('is given to nobody else where it may not be shared, not even to those who waited', async () => {
    for (const value of ['private, max-age=60', 'no-store', 'max-age=0']) {
      const { ask, asked } = site(async () => ({ headers: { 'cache-control': value } }));
      const answers = await Promise.all(Array.from({ length: 5 }, () => ask('/me')));
      expect(new Set(answers.map(({ body }) => body)).size).toBe(5);
      expect(asked).toHaveLength(5);
    }
  });
});

describe('conditional requests', () => {
  test('are answered 304 by weak comparison, with what a 304 has to tell', async () => {
    const { ask } = site(() => ({
      headers: {
        'cache-control': 'max-age=60',
        etag: 'W/"1"',
        vary: 'Accept',
        date: 'Sat, 21 Nov 2026 10:00:00 GMT',
        'x-other': '1',
      },
    }));
    await ask('/a');
    for (const asked of ['"1"', 'W/"1"', '"0", W/"1"', '*']) {
      const answer = await ask('/a', { 'if-none-match': asked });
      expect(answer).toMatchObject({ status: 304, body: '', outcome: 'not-modified' });
      expect(Object.keys(answer.headers).sort()).toEqual(['age', 'cache-control', 'date', 'etag', 'vary']);
    }
    expect((await ask('/a', { 'if-none-match': '"2"' })).status).toBe(200);
  });

  test('get a strong tag of ours where the source gives none', async () => {
    const { ask } = site(() => ({ body: 'same' }));
    const { headers } = await ask('/a');
    expect(headers.etag).toMatch(/^"[\w-]{27}"$/);
    expect((await ask('/b')).headers.etag).toBe(headers.etag);
    expect((await ask('/a', { 'if-none-match': headers.etag })).status).toBe(304);
  });

  test('go to the source once an answer is stale, and a 304 keeps its body with new headers', async () => {
    const seen: (string | undefined)[] = [];
    const { ask, clock } = site((_, { ifNoneMatch }) => {
      seen.push(ifNoneMatch);
      const headers = {
        'cache-control': 'max-age=60',
        etag: '"1"',
        'x-count': String(seen.length),
        'content-length': '9',
      };
      return ifNoneMatch === '"1"'
        ? { status: 304, headers: { ...headers, 'content-length': '0' }, body: '' }
        : { headers, body: 'same body' };
    });
    await ask('/a');
    await clock.advance(60_000);
    expect(await ask('/a')).toMatchObject({ status: 200, body: 'same body', outcome: 'revalidated' });
    const hit = await ask('/a');
    expect(hit).toMatchObject({
      body: 'same body',
      outcome: 'hit',
      headers: { 'x-count': '2', 'content-length': '9' },
    });
    expect(await ask('/a', { 'cache-control': 'no-cache' })).toMatchObject({ outcome: 'revalidated' });
    expect(seen).toEqual([undefined, '"1"', '"1"']);
  });
});

describe('stale answers', () => {
  const down = () => Promise.reject(new Error('down'));

  test('are served while one request asks anew', async () => {
    const { ask, asked, clock, cache } = site(() => ({
      headers: { 'cache-control': 'max-age=10, stale-while-revalidate=30' },
    }));
    await ask('/a');
    await clock.advance(15_000);
    expect(await ask('/a')).toMatchObject({ outcome: 'stale', body: '/a #1' });
    await cache.settled();
    expect(await ask('/a')).toMatchObject({ outcome: 'hit', body: '/a #2' });
    await clock.advance(40_000);
    expect(await ask('/a')).toMatchObject({ outcome: 'miss' });
    expect(asked).toHaveLength(3);
  });

  test('stand in for a source that fails, as long as the option or the answer says', async () => {
    let broken = false;
    const { ask, clock } = site(
      ({ url }) => {
        if (!broken)
          return { headers: { 'cache-control': url === '/own' ? 'max-age=10, stale-if-error=100' : 'max-age=10' } };
        return url === '/five' ? { status: 503, headers: {} } : down();
      },
      { staleIfErrorMs: 20_000 },
    );
    for (const url of ['/own', '/option', '/five']) await ask(url);
    broken = true;
    await clock.advance(25_000);
    for (const url of ['/own', '/option', '/five']) expect((await ask(url)).outcome).toBe('stale');
    await clock.advance(10_000);
    expect((await ask('/own')).outcome).toBe('stale');
    await expect(ask('/option')).rejects.toThrow('down');
    expect((await ask('/five')).status).toBe(503);
  });

  test('do not where the answer forbids it, or was invalidated', async () => {
    let broken = false;
    const { ask, clock, http } = site(
      ({ url }) => (broken ? down() : { headers: { 'cache-control': `max-age=10, ${url.slice(1)}` } }),
      {
        staleIfErrorMs: 60_000,
      },
    );
    for (const url of ['/must-revalidate', '/proxy-revalidate', '/s-maxage=10', '/public']) await ask(url);
    broken = true;
    await clock.advance(15_000);
    for (const url of ['/must-revalidate', '/proxy-revalidate', '/s-maxage=10'])
      await expect(ask(url)).rejects.toThrow('down');
    expect((await ask('/public')).outcome).toBe('stale');
    await http.invalidate({ url: '/public' });
    await expect(ask('/public')).rejects.toThrow('down');
  });
});

describe('invalidation', () => {
  test('by a successful unsafe method goes to the URL and to what it points to on the same host', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'M-SEARCH']) {
      const { ask } = site(({ method: used }) =>
        used === 'GET'
          ? {}
          : { status: 201, headers: { location: '/b', 'content-location': 'http://other.example/c' } },
      );
      for (const url of ['/a', '/b', '/c', '/d']) await ask(url);
      expect((await ask('/a', {}, method)).outcome).toBe('bypass');
      const outcomes = await Promise.all(['/a', '/b', '/c', '/d'].map(async (url) => (await ask(url)).outcome));
      expect(outcomes).toEqual(['miss', 'miss', 'hit', 'hit']);
    }
  });

  test('does not come of one that failed or is safe', async () => {
    const { ask } = site(({ method }) => (method === 'POST' ? { status: 500 } : {}));
    await ask('/a');
    await ask('/a', {}, 'POST');
    await ask('/a', {}, 'OPTIONS');
    expect((await ask('/a')).outcome).toBe('hit');
  });

  test('reaches all variants of a URL, all URLs of a prefix, all answers of a tag', async () => {
    const { ask, http } = site(() => ({ headers: { 'cache-control': 'max-age=60', vary: 'accept' } }), {
      tags: ({ url }) => [url.startsWith('/shop') ? 'shop' : 'rest'],
    });
    const fill = async () => {
      for (const url of ['/shop/1', '/shop/2', '/a']) for (const accept of ['x', 'y']) await ask(url, { accept });
    };
    const left = async () => {
      const outcomes: string[] = [];
      for (const url of ['/shop/1', '/shop/2', '/a']) {
        for (const accept of ['x', 'y']) outcomes.push((await ask(url, { accept })).outcome === 'hit' ? '+' : '-');
      }
      return outcomes.join('');
    };
    await fill();
    expect(await left()).toBe('++++++');
    await http.invalidate({ url: '/shop/1?utm_source=x' });
    expect(await left()).toBe('--++++');
    await http.invalidate({ prefix: '/shop' });
    expect(await left()).toBe('----++');
    await http.invalidate({ tags: ['rest'] });
    expect(await left()).toBe('++++--');
  });

  test('wins over an answer that was under way', async () => {
    let finish: () => void = () => {};
    const gate = new Promise<void>((resolve) => (finish = resolve));
    const { ask, asked, http } = site(() => gate.then(() => ({})));
    const old = ask('/a');
    await vi.waitUntil(() => asked.length === 1);
    await http.invalidate({ url: '/a' });
    finish();
    expect((await old).body).toBe('/a #1');
    expect((await ask('/a')).body).toBe('/a #2');
  });
});

describe('a request', () => {
  test.each([
    [{ 'cache-control': 'no-cache' }, 'miss'],
    [{ 'cache-control': 'max-age=0' }, 'miss'],
    [{ pragma: 'no-cache' }, 'miss'],
    [{ 'cache-control': 'max-age=5' }, 'miss'],
    [{ 'cache-control': 'max-age=30' }, 'hit'],
    [{ 'cache-control': 'min-fresh=55' }, 'miss'],
    [{ 'cache-control': 'no-store' }, 'bypass'],
    [{ range: 'bytes=0-1' }, 'bypass'],
    [{ 'cache-control': 'nothing', pragma: 'no-cache' }, 'hit'],
  ])('with %j is a %s', async (headers, outcome) => {
    const { ask, clock } = site();
    await ask('/a');
    await clock.advance(10_000);
    expect((await ask('/a', headers)).outcome).toBe(outcome);
  });

  test('that wants nothing but stored answers gets 504 where there is none', async () => {
    const { ask, asked } = site();
    expect((await ask('/a', { 'cache-control': 'only-if-cached' })).status).toBe(504);
    expect(asked).toEqual([]);
  });

  test('gives what it asked anew to all others', async () => {
    const { ask } = site();
    await ask('/a');
    await ask('/a', { 'cache-control': 'no-cache' });
    expect(await ask('/a')).toMatchObject({ outcome: 'hit', body: '/a #2' });
  });
});

test('refuses targets and sources that cannot be', async () => {
  const { http, cache } = site();
  for (const target of [null, undefined, 'x', {}, { url: '/a', tags: ['x'] }, { prefix: '' }, { url: 1 }]) {
    await expect(http.invalidate(target as never)).rejects.toThrow(TypeError);
  }
  await expect(http.handle({ method: 'GET', url: '/', headers: {} }, undefined as never)).rejects.toThrow(
    'produce must be',
  );
  expect(() => createHttpCache(cache, { ttl: 1 } as never)).toThrow(TypeError);
  expect(() => createHttpCache({} as never)).toThrow('cache must be a cache, got object');
  for (const list of [
    { ignoreQuery: 'q' },
    { vary: 'accept' },
    { vary: [5] },
    { statuses: '200' },
    { statuses: ['200'] },
  ]) {
    expect(() => createHttpCache(cache, list as never)).toThrow(TypeError);
  }
  expect(() => createHttpCache(cache, { statuses: [1_000] })).toThrow(
    new RangeError('statuses must be an array of integers from 100 to 999, got 1000 in it'),
  );
  expect(() => createHttpCache(cache, { maxBodyBytes: 1.5 })).toThrow(RangeError);
  createHttpCache(cache, { maxBodyBytes: Number.POSITIVE_INFINITY });
  const noBody = { status: 200, headers: {}, body: 5 };
  for (const answer of [{ status: 'x', headers: {}, body: '' }, { status: 200, body: '' }, noBody, undefined]) {
    for (const method of ['GET', 'POST']) {
      const asked = http.handle({ method, url: '/odd', headers: {} }, async () => answer as never);
      await expect(asked).rejects.toThrow(/^the (status|headers|body) of an answer must be/);
    }
  }
});

test.for<[unknown, RegExp]>([
  [undefined, /^request must be an object, got undefined/],
  [5, /^request must be an object/],
  [{ url: '/', headers: {} }, /^the method of a request must be text/],
  [{ method: 'GET', headers: {} }, /^the url of a request must be text/],
  [{ method: 'GET', url: '/\ud800', headers: {} }, /^the url of a request must not have half of a surrogate pair/],
  [{ method: 'GET', url: '/', headers: 5 }, /^headers must be an object, got number/],
  [{ method: 'GET', url: '/' }, /^headers must be an object, got undefined/],
])('rejects what is no request, %j, and asks nobody', async ([request, message]) => {
  const { http } = site();
  const produce = vi.fn();
  await expect(http.handle(request as never, produce)).rejects.toThrow(message);
  expect(produce).not.toHaveBeenCalled();
});

test('asks nobody once the cache is disposed of, least of all to change something', async () => {
  const { ask, asked, cache } = site();
  await cache[Symbol.asyncDispose]();
  const asks = [() => ask('/a'), () => ask('/a', { range: 'bytes=0-1' }), () => ask('/a', {}, 'POST')];
  for (const one of asks) await expect(one()).rejects.toMatchObject({ code: 'XC_CACHE_CLOSED' });
  expect(asked).toEqual([]);
});

test('shares answers between nodes, bytes and all', async () => {
  const clock = new ManualClock();
  const l2 = memoryTier({ clock });
  const [here, there] = [createCache({ clock, l2 }), createCache({ clock, l2 })].map((cache) => createHttpCache(cache));
  const request = { method: 'GET', url: '/logo', headers: { accept: 'image/*' } };
  const body = new Uint8Array([0, 200, 255]);
  const headers = { 'cache-control': 'max-age=60', vary: 'accept', 'x-many': ['a', 'b'] };
  const produce = async () => ({ status: 200, headers, body });
  expect((await here?.handle(request, produce))?.outcome).toBe('miss');
  await clock.advance(5_000);
  const answer = await there?.handle(request, produce);
  expect(answer).toMatchObject({ outcome: 'hit', body, headers: { age: '5', 'x-many': ['a', 'b'] } });
  await there?.invalidate({ url: '/logo' });
  await clock.advance(1_000);
  expect((await here?.handle(request, produce))?.outcome).toBe('miss');
});

test('a hit is a request of the cache: it is counted, shows among the hot keys and keeps the answer in memory', async () => {
  const { cache, ask } = site();
  for (let times = 0; times < 5; times++) await ask('/hot');
  await ask('/cold');
  expect(cache.stats()).toMatchObject({ hits: 4, misses: 2 });
  const [hot] = cache.hotKeys(1);
  expect(hot).toMatchObject({ hits: 4, misses: 1 });
  expect(hot?.key).toContain('/hot');
});

test('headers whose names are those of every object are like any others', async () => {
  const odd = { constructor: 'y', tostring: 'z', valueof: ['a', 'b'] };
  const { ask } = site(() => ({ headers: { 'cache-control': 'max-age=60', ...odd } as never }));
  for (const outcome of ['miss', 'hit']) {
    const answer = await ask('/odd');
    expect(answer.outcome).toBe(outcome);
    expect(answer.headers).toMatchObject(odd);
  }
});

test('tags that are no array of strings reject', async () => {
  const { ask } = site(undefined, { tags: () => 5 as never });
  await expect(ask('/tagged')).rejects.toThrow('tags must be an array of strings, got 5');
  const many = (count: number) => ({ tags: () => Array.from({ length: count }, (_, n) => `t${n}`) });
  await site(undefined, many(31)).ask('/tagged');
  await expect(site(undefined, many(32)).ask('/tagged')).rejects.toThrow(
    new RangeError('tags must be at most 31 beside that of the URL, got 32'),
  );
});
