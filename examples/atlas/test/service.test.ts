import { startPostgres } from '@xc/test-support';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSchema } from '../src/database/create-schema.ts';
import { withClient } from '../src/database/with-client.ts';
import { openGuide as bare } from '../src/guides/bare.ts';
import { openGuide as guarded } from '../src/guides/guarded.ts';
import { readMetric } from '../src/metrics/read-metric.ts';
import { type OpenService, openService } from './open-service.ts';
import { somePlaces } from './some-places.ts';

describe.each([
  ['bare', bare],
  ['guarded', guarded],
])('the %s service', (_, openGuide) => {
  let database: Awaited<ReturnType<typeof startPostgres>>;
  let service: OpenService;
  beforeAll(async () => {
    database = await startPostgres();
    await createSchema(database.url, somePlaces);
    service = await openService(openGuide, database.url);
  });
  afterAll(async () => {
    await service[Symbol.asyncDispose]();
    await database[Symbol.asyncDispose]();
  });

  async function ask(path: string, init?: RequestInit) {
    const response = await fetch(`${service.origin}${path}`, init);
    return { status: response.status, answer: response.headers.get('x-answer'), body: await response.json() };
  }
  const post = (body: string) => ask('/trips', { method: 'POST', body });

  test('answers with a city, to the last character of its name', async () => {
    expect(await ask('/cities/6')).toEqual({ status: 200, answer: 'fresh', body: somePlaces[5] });
  });

  test('names the nearest places first, with their distance', async () => {
    const { body } = await ask('/near?lat=52.5&lon=13.4');
    const { places } = body as { places: { id: number; km: number }[] };
    expect(places.slice(0, 4).map(({ id }) => id)).toEqual([2, 1, 4, 3]);
    expect(places[0]?.km).toBeCloseTo(0.23, 2);
    expect(places).toHaveLength(somePlaces.length);
  });

  test('finds places by the beginning of their name, the largest first, in any case', async () => {
    const found = async (text: string) => {
      const { body } = await ask(`/search?q=${encodeURIComponent(text)}`);
      return (body as { places: { id: number }[] }).places.map(({ id }) => id);
    };
    expect(await found('bErL')).toEqual([1, 5]);
    expect(await found('%')).toEqual([]);
    expect(await found('100% g')).toEqual([7]);
    expect(await found('100% ghost_')).toEqual([7]);
    expect(await found('_erlin')).toEqual([]);
    expect(await found('back\\')).toEqual([6]);
  });

  test('books a trip once, however often it is asked to', async () => {
    const trip = JSON.stringify({ id: 'trip-1', place: 1, email: 'a@example.com' });
    expect(await post(trip)).toEqual({
      status: 202,
      answer: 'fresh',
      body: { id: 'trip-1', confirmation: 'enqueued' },
    });
    expect((await post(trip)).status).toBe(202);
    const count = "SELECT count(*)::int AS n FROM confirmations WHERE id = 'trip-1'";
    const { rows } = await withClient(database.url, (client) => client.query<{ n: number }>(count));
    expect(rows).toEqual([{ n: 1 }]);
  });

  test.each([
    ['/cities/berlin', 400],
    ['/cities/99999999999', 400],
    ['/cities/404', 404],
    ['/cities', 404],
    ['/cities/1/2', 400],
    ['/near', 400],
    ['/near?lat=91&lon=0', 400],
    ['/near?lat=&lon=0', 400],
    ['/near?lat=NaN&lon=0', 400],
    ['/search', 400],
    ['/search?q=%20', 400],
    ['/nowhere', 404],
    ['/trips', 405],
    ['//', 400],
  ])('refuses GET %s with %d and says why', async (path, status) => {
    const refused = await ask(path);
    expect(refused.status).toBe(status);
    expect((refused.body as { error: string }).error).toMatch(/\w/);
  });

  test.each([
    ['', 400],
    ['null', 400],
    ['{"id":"","place":1,"email":"a@b"}', 400],
    ['{"id":"x","place":"1","email":"a@b"}', 400],
    ['{"id":"x","place":1,"email":"nobody"}', 400],
    [`{"id":"${'x'.repeat(20_000)}"}`, 413],
  ])('refuses the trip %.40s with %d', async (body, status) => {
    expect((await post(body)).status).toBe(status);
  });

  test('counts requests and queries for a scraper', async () => {
    const page = async () => (await fetch(`${service.origin}/metrics`)).text();
    const before = await page();
    await ask('/cities/1');
    const after = await page();
    for (const name of ['atlas_requests_total', 'atlas_database_queries_total', 'atlas_request_seconds_count']) {
      expect(readMetric(after, name) - readMetric(before, name)).toBe(1);
    }
  });

  test('shows how it is on one page, for people and for programs', async () => {
    const json = await fetch(`${service.origin}/status`, { headers: { accept: 'application/json' } });
    expect(await json.json()).toMatchObject({
      name: 'test',
      status: 'up',
      attribution: expect.stringMatching(/GeoNames.*CC BY 4.0/),
    });
    const page = await fetch(`${service.origin}/status`);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(await page.text()).toContain('<dt>p95</dt>');
    expect(await ask('/healthz')).toEqual({ status: 200, answer: null, body: { status: 'up' } });
  });
});
