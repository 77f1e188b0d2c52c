import { describe, expect, test } from 'vitest';
import vectors from '../../test/vectors/cache.json' with { type: 'json' };
import type { HttpCacheOptions } from './http-cache-options.ts';
import type { HttpHeaders, HttpRequestFacts, HttpResponseFacts } from './http-facts.ts';
import { httpStorable } from './http-storable.ts';

interface Vector {
  readonly why: string;
  readonly request: HttpRequestFacts;
  readonly response: HttpResponseFacts;
  readonly options?: HttpCacheOptions;
  readonly store: boolean;
  readonly ttlMs?: number;
  readonly staleWhileRevalidateMs?: number;
}

for (const { why, request, response, options, ...expected } of vectors.http as unknown as readonly Vector[]) {
  test(`${expected.store ? 'stores' : 'does not store'}: ${why}`, () => {
    expect(httpStorable(request, response, options)).toMatchObject(expected);
  });
}

function answer(headers: HttpHeaders, status = 200, options?: HttpCacheOptions, asked: HttpHeaders = {}) {
  return httpStorable({ method: 'GET', url: '/', headers: asked }, { status, headers, body: 'x' }, options);
}

describe('freshness', () => {
  test.each([
    ['max-age=4294967296', 2_147_483_648_000],
    [`max-age=${'9'.repeat(40)}`, 2_147_483_648_000],
    ['max-age=003600', 3_600_000],
    ['max-age=60, max-age=60', 60_000],
    ['s-maxage=60, max-age=nonsense', 60_000],
    ['x="a\\", no-store", max-age=60', 60_000],
    ['max-age = 60', 60_000],
  ])('%s is %i ms', (value, ttlMs) => {
    expect(answer({ 'cache-control': value })).toMatchObject({ store: true, ttlMs });
  });

  test.each(["max-age='60'", 'max-age', 'max-age=', 'max-age=60;x', 's-maxage=nonsense, max-age=60', 'max-age=60 60'])(
    '%s is stale',
    (value) => {
      expect(answer({ 'cache-control': value })).toMatchObject({ store: false, ttlMs: 0 });
    },
  );

  test('takes an age that is nonsense for 0', () => {
    for (const age of ['abc', '-5', '1.5', '5, 5', '5;x', '']) {
      expect(answer({ 'cache-control': 'max-age=60', age }).ttlMs).toBe(60_000);
    }
    expect(answer({ 'cache-control': 'max-age=60', age: ['20'] }).ttlMs).toBe(40_000);
  });

  test('reads dates in all three forms, and takes others for the past', () => {
    const date = 'Sat, 21 Nov 2026 10:00:00 GMT';
    const ttl = (expires: string | string[]) => answer({ date, expires }).ttlMs;
    expect(ttl('Sat, 21 Nov 2026 10:00:30 GMT')).toBe(30_000);
    expect(ttl('Saturday, 21-Nov-26 10:00:30 GMT')).toBe(30_000);
    expect(ttl('Sat Nov 21 10:00:30 2026')).toBe(30_000);
    for (const nonsense of ['0', '-1', 'tomorrow', '2026-11-21T10:00:30Z', 'Sat, 21 Foo 2026 10:00:30 GMT']) {
      expect(ttl(nonsense)).toBe(0);
    }
    expect(ttl(['Sat, 21 Nov 2026 10:00:30 GMT', 'Sat, 21 Nov 2026 10:00:40 GMT'])).toBe(0);
    expect(answer({ expires: 'Sat, 21 Nov 2026 10:00:30 GMT' }).store).toBe(false);
  });

  test('makes a status that is not listed need an explicit one', () => {
    expect(answer({ 'cache-control': 'max-age=60' }, 500).store).toBe(true);
    expect(answer({}, 500, { defaultTtlMs: 5_000 }).store).toBe(false);
    expect(answer({}, 500, { defaultTtlMs: 5_000, statuses: [500] }).ttlMs).toBe(5_000);
    expect(answer({ 'cache-control': 'max-age=60, must-understand' }, 599).store).toBe(false);
    expect(answer({ 'cache-control': 'max-age=60, must-understand' }, 200).store).toBe(true);
  });
});

test('stores nothing whose status is none', () => {
  for (const status of [Number.NaN, 1_000, 200.5]) {
    const answer = { status, headers: { 'cache-control': 'max-age=60' }, body: '' };
    const { store, reason } = httpStorable({ method: 'GET', url: '/', headers: {} }, answer);
    expect([store, reason]).toEqual([false, `status ${status}`]);
  }
});

test('stores a personal answer only where it says that it may be shared', () => {
  const asked = { AUTHORIZATION: 'Bearer x' };
  expect(answer({ 'cache-control': 's-maxage=60' }, 200, {}, asked).store).toBe(true);
  expect(answer({}, 200, { defaultTtlMs: 5_000 }, asked)).toMatchObject({ store: false, reason: 'authorization' });
});

test('refuses options that cannot be', () => {
  expect(() => answer({}, 200, { defaultTtlMs: -1 })).toThrow('defaultTtlMs must be 0 or more, got -1');
  expect(() => answer({}, 200, { maxBodyBytes: '1' as never })).toThrow('maxBodyBytes must be a number, got string');
});

test('counts the first age of a list, and the oldest of several lines', () => {
  const request = { method: 'GET', url: '/', headers: {} };
  const ttl = (age: string | readonly string[]) => {
    const headers = { 'cache-control': 'max-age=60', age };
    return httpStorable(request, { status: 200, headers, body: '' }).ttlMs;
  };
  expect([ttl('10, 20'), ttl(['10', '20']), ttl(['10'])]).toEqual([50_000, 40_000, 50_000]);
  expect([ttl('x'), ttl('0, 0'), ttl(['0', '0'])]).toEqual([60_000, 60_000, 60_000]);
});
