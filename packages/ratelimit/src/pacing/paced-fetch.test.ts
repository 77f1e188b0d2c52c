import { getEventListeners, setMaxListeners } from 'node:events';
import { ManualClock, RecordingMeter, SeededRandom } from '@xc/core/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PaceOptions } from './pace-options.ts';
import { pacedFetch } from './paced-fetch.ts';

const api = 'https://api.test/';
type Answer = { readonly status?: number; readonly [header: string]: string | number | undefined };

/** A server that gives these answers one after the other and then only 200, and notes when it was asked for what. */
function serverOf(answers: readonly Answer[], options: PaceOptions = {}) {
  const clock = new ManualClock(Date.UTC(2026, 0, 1));
  const left = [...answers];
  const asked: string[] = [];
  const bodies: { cancelled: boolean }[] = [];
  const send = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    init?.signal?.throwIfAborted();
    const name = new URL(typeof input === 'string' || input instanceof URL ? input : input.url).pathname.slice(1);
    asked.push(`${name}@${clock.monotonic()}`);
    const { status = 200, ...headers } = left.shift() ?? {};
    const body = { cancelled: false };
    bodies.push(body);
    const stream = new ReadableStream({
      cancel() {
        body.cancelled = true;
      },
    });
    return new Response(stream, { status, headers: headers as Record<string, string> });
  };
  const fetch = pacedFetch(send, { clock, jitter: 0, ...options });
  const get = (name: string, init?: RequestInit) => fetch(`${api}${name}`, init);
  return { clock, asked, bodies, fetch, get };
}

const refused = (retryAfter: string) => ({ status: 429, 'retry-after': retryAfter });
const usedUp = { ratelimit: '"a";r=0;t=10' };
const reasonOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no reason',
    (reason: unknown) => reason,
  );

describe('a key', () => {
  test('is held while the Retry-After of a 429 runs, for everybody who comes meanwhile', async () => {
    const { clock, asked, bodies, get } = serverOf([refused('3')]);
    const first = get('a');
    await clock.advance(1_000);
    const second = get('b');
    await clock.advance(1_999);
    expect(asked).toEqual(['a@0']);
    await clock.advance(1);
    expect(asked).toEqual(['a@0', 'a@3000', 'b@3000']);
    expect([(await first).status, (await second).status]).toEqual([200, 200]);
    expect(bodies.map(({ cancelled }) => cancelled)).toEqual([true, false, false]);
  });

  test('is held while the Retry-After of a 503 runs', async () => {
    const { clock, asked, get } = serverOf([{ status: 503, 'retry-after': '2' }]);
    const answer = get('a');
    await clock.advance(2_000);
    expect([(await answer).status, asked]).toEqual([200, ['a@0', 'a@2000']]);
  });

  test('is not held by the Retry-After of another answer', async () => {
    const { asked, get } = serverOf([{ status: 500, 'retry-after': '2' }]);
    expect((await get('a')).status).toBe(500);
    await get('b');
    expect(asked).toEqual(['a@0', 'b@0']);
  });

  test.each([
    ['draft-10', { ratelimit: '"a";r=7;t=50, "b";r=0;t=10, "c";r=0;t=4' }],
    ['draft-7', { ratelimit: 'limit=10, remaining=0, reset=10' }],
    ['draft-6', { 'ratelimit-remaining': '0', 'ratelimit-reset': '10' }],
    ['legacy', { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': `${Date.UTC(2026, 0, 1) / 1_000 + 10}` }],
  ])('is held while nothing is left, as %s says it', async (_draft, headers) => {
    const { clock, asked, get } = serverOf([headers]);
    expect((await get('a')).status).toBe(200);
    const second = get('b');
    await clock.advance(9_999);
    expect(asked).toEqual(['a@0']);
    await clock.advance(1);
    await second;
    expect(asked).toEqual(['a@0', 'b@10000']);
  });

  test('is held by Retry-After and not by t where both are said', async () => {
    const { clock, asked, get } = serverOf([{ ...refused('2'), ...usedUp }]);
    const answer = get('a');
    await clock.advance(2_000);
    await answer;
    expect(asked).toEqual(['a@0', 'a@2000']);
  });

  test('is not held where nothing is left and nobody knows until when', async () => {
    const { asked, get } = serverOf([{ ratelimit: '"concurrent";r=0' }]);
    await get('a');
    await get('b');
    expect(asked).toEqual(['a@0', 'b@0']);
  });

  test('is the origin, or what `key` says', async () => {
    const { asked, fetch, clock } = serverOf([usedUp, usedUp]);
    await fetch(`${api}a`);
    await fetch(new URL('https://other.test/b'));
    void fetch(new Request(`${api}c`));
    await clock.advance(1);
    expect(asked).toEqual(['a@0', 'b@0']);
    const byPath = serverOf([usedUp], { key: ({ pathname }) => pathname });
    await byPath.get('a');
    await byPath.get('b');
    void byPath.get('a');
    await byPath.clock.advance(1);
    expect(byPath.asked).toEqual(['a@0', 'b@0']);
  });

  test('is remembered while it is held, unless too many are', async () => {
    const { asked, get, clock } = serverOf([usedUp, usedUp, usedUp], { key: ({ pathname }) => pathname, maxKeys: 2 });
    for (const name of ['a', 'b']) await get(name);
    const first = get('a');
    await get('c');
    const later = [get('a'), get('c')];
    // It is the one that was used least recently that had to go.
    await get('b');
    expect(asked).toEqual(['a@0', 'b@0', 'c@0', 'b@0']);
    await clock.advance(10_000);
    await Promise.all([first, ...later]);
    expect(asked.slice(4).sort()).toEqual(['a@10000', 'a@10000', 'c@10000']);
  });

  test('is free again after a day whatever the server wants, and a date in the past holds nothing', async () => {
    const day = serverOf([refused('99999999999')], { maxWaitMs: Number.POSITIVE_INFINITY });
    const answer = day.get('a');
    await day.clock.advance(86_400_000);
    expect((await answer).status).toBe(200);
    const month = serverOf([{ ratelimit: '"a";r=0;t=999999999999999' }], { maxWaitMs: Number.POSITIVE_INFINITY });
    await month.get('a');
    const later = month.get('b');
    await month.clock.advance(86_400_000);
    expect((await later).status).toBe(200);
    const past = serverOf([refused('Sun, 06 Nov 1994 08:49:37 GMT')]);
    expect((await past.get('a')).status).toBe(200);
    expect(past.asked).toEqual(['a@0', 'a@0']);
  });
});

describe('those who wait', () => {
  test('leave in order, each with up to `jitter` of its wait added and never earlier', async () => {
    const { clock, asked, get } = serverOf([usedUp], { jitter: 0.1, random: new SeededRandom(7) });
    await get('first');
    const waiting: Promise<unknown>[] = [];
    for (let index = 0; index < 20; index += 1) {
      waiting.push(get(`${index}`));
      await clock.advance(10);
    }
    await clock.advance(9_799);
    expect(asked).toHaveLength(1);
    await clock.advance(1_001);
    await Promise.all(waiting);
    const later = asked.slice(1).map((entry) => entry.split('@').map(Number));
    expect(later.map(([index]) => index)).toEqual(Array.from({ length: 20 }, (_, index) => index));
    const times = later.map(([, at = 0]) => at);
    expect(Math.min(...times)).toBeGreaterThan(10_000);
    expect(Math.max(...times)).toBeLessThanOrEqual(11_000);
  });

  test('wait on when the hold grows meanwhile', async () => {
    const { clock, asked, get } = serverOf([{}, usedUp, { ratelimit: '"a";r=0;t=25' }]);
    const slow = get('slow');
    await Promise.all([slow, get('a'), get('b')]);
    const waiting = get('c');
    await clock.advance(10_000);
    expect(asked).toHaveLength(3);
    await clock.advance(15_000);
    await waiting;
    expect(asked.at(-1)).toBe('c@25000');
  });

  test('wait on when a later answer asks for less', async () => {
    const { clock, asked, get } = serverOf([usedUp, { ratelimit: '"a";r=0;t=2' }]);
    await Promise.all([get('a'), get('b')]);
    const waiting = get('c');
    await clock.advance(10_000);
    await waiting;
    expect(asked).toEqual(['a@0', 'b@0', 'c@10000']);
  });

  test('leave no listener on their signal when they have gone', async () => {
    const { clock, get } = serverOf([usedUp]);
    await get('a');
    const { signal } = new AbortController();
    const waiting = get('b', { signal });
    await clock.advance(10_000);
    await waiting;
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  test('leave the line at once when they are aborted, and no timer and no listener is left', async () => {
    const { clock, asked, get } = serverOf([usedUp]);
    await get('first');
    const controller = new AbortController();
    setMaxListeners(0, controller.signal);
    const many = Array.from({ length: 10_000 }, () => reasonOf(get('x', { signal: controller.signal })));
    await clock.advance(1);
    expect(clock.pending).toBe(1);
    controller.abort('enough');
    expect(new Set(await Promise.all(many))).toEqual(new Set(['enough']));
    expect([clock.pending, getEventListeners(controller.signal, 'abort'), asked]).toEqual([0, [], ['first@0']]);
  });

  test('are not kept back by an aborted one before them', async () => {
    const { clock, asked, get } = serverOf([usedUp]);
    await get('first');
    const controller = new AbortController();
    const gone = reasonOf(get('gone', { signal: controller.signal }));
    const stays = get('stays');
    await clock.advance(5_000);
    controller.abort('enough');
    expect(await gone).toBe('enough');
    await clock.advance(5_000);
    await stays;
    expect(asked).toEqual(['first@0', 'stays@10000']);
    expect(clock.pending).toBe(0);
  });

  test('ask for nothing when they have been aborted before', async () => {
    const { asked, get } = serverOf([]);
    expect(await reasonOf(get('a', { signal: AbortSignal.abort('before') }))).toBe('before');
    expect(asked).toEqual([]);
  });

  test('fail at once when the wait is longer than they may wait', async () => {
    const { clock, asked, get } = serverOf([usedUp], { maxWaitMs: 9_999 });
    await get('a');
    const error = await reasonOf(get('b'));
    expect(error).toMatchObject({
      code: 'XC_RATELIMIT_PACE',
      retryable: true,
      details: { retryAfterMs: 10_000, refusedBy: 'pacedFetch' },
    });
    await clock.advance(1);
    await Promise.all([get('c'), clock.advance(9_999)]);
    expect(asked).toEqual(['a@0', 'c@10000']);
  });

  test('fail at once when the wait becomes longer than they may wait', async () => {
    let answerLate = () => {};
    const clock = new ManualClock();
    const late = new Promise<Response>((resolve) => {
      answerLate = () => resolve(new Response('', { headers: { ratelimit: '"a";r=0;t=60' } }));
    });
    const answers = [late, new Response('', { headers: { ratelimit: '"a";r=0;t=5' } })];
    const fetch = pacedFetch(async () => (await answers.shift()) ?? new Response(), { clock, maxWaitMs: 30_000 });
    const slow = fetch(api);
    await fetch(api);
    const waiting = reasonOf(fetch(api));
    await clock.advance(1_000);
    answerLate();
    await slow;
    expect(await waiting).toMatchObject({ code: 'XC_RATELIMIT_PACE', details: { retryAfterMs: 60_000 } });
    expect(clock.pending).toBe(0);
  });
});

describe('a refused call', () => {
  test('is given up after `retries`, and the caller gets the last answer with its body', async () => {
    const { clock, asked, bodies, get } = serverOf([refused('1'), refused('1'), refused('1'), refused('1')]);
    const answer = get('a');
    await clock.advance(2_000);
    expect((await answer).status).toBe(429);
    expect(asked).toEqual(['a@0', 'a@1000', 'a@2000']);
    expect(bodies.map(({ cancelled }) => cancelled)).toEqual([true, true, false]);
    const never = serverOf([refused('1')], { retries: 0 });
    expect((await never.get('a')).status).toBe(429);
  });

  test('backs off exponentially from 500 ms where no Retry-After says otherwise, with jitter', async () => {
    const { clock, asked, get } = serverOf([{ status: 429 }, { status: 429 }, { status: 429 }], { retries: 3 });
    const answer = get('a');
    await clock.advance(3_500);
    await answer;
    expect(asked).toEqual(['a@0', 'a@500', 'a@1500', 'a@3500']);
    const jittered = serverOf([{ status: 429 }], { jitter: 1, random: { next: () => 0.5 } });
    const later = jittered.get('a');
    await jittered.clock.advance(750);
    await later;
    expect(jittered.asked).toEqual(['a@0', 'a@750']);
  });

  test('waits for the later of its back-off and the reset', async () => {
    const { clock, asked, get } = serverOf([{ status: 429, ...usedUp }]);
    const answer = get('a');
    await clock.advance(10_000);
    await answer;
    expect(asked).toEqual(['a@0', 'a@10000']);
  });

  test('fails at once when it would have to wait longer than it may, and its answer is thrown away', async () => {
    const { asked, bodies, get } = serverOf([refused('61')]);
    expect(await reasonOf(get('a'))).toMatchObject({ code: 'XC_RATELIMIT_PACE', details: { retryAfterMs: 61_000 } });
    expect([asked, bodies]).toEqual([['a@0'], [{ cancelled: true }]]);
    const backoff = serverOf([{ status: 429 }], { maxWaitMs: 499 });
    expect(await reasonOf(backoff.get('a'))).toMatchObject({ code: 'XC_RATELIMIT_PACE' });
  });

  test('ends its back-off at an abort', async () => {
    const { clock, get } = serverOf([{ status: 429 }]);
    const controller = new AbortController();
    const answer = reasonOf(get('a', { signal: controller.signal }));
    await clock.advance(100);
    controller.abort('enough');
    expect(await answer).toBe('enough');
    expect(clock.pending).toBe(0);
  });

  test.each([
    ['a string', 'POST', 'text', true],
    ['a form', 'POST', new URLSearchParams('a=1'), true],
    ['bytes', 'PUT', new Uint8Array(3), true],
    ['a blob', 'PATCH', new Blob(['x']), true],
    ['a stream', 'PUT', new ReadableStream(), false],
    ['an iterable', 'POST', (async function* () {})(), false],
  ])('with %s is repeated after a 429 when that can be sent again', async (_name, method, body, again) => {
    const { clock, get } = serverOf([refused('1')]);
    const answer = get('a', { method, body: body as NonNullable<RequestInit['body']> });
    await clock.advance(1_000);
    expect((await answer).status).toBe(again ? 200 : 429);
  });

  test('made as a Request is repeated when that has no body', async () => {
    const { clock, fetch } = serverOf([refused('1')]);
    const get = fetch(new Request(api));
    await clock.advance(1_000);
    expect((await get).status).toBe(200);
    const foreign = { url: api, method: 'PUT', body: null, signal: new AbortController().signal } as Request;
    const put = serverOf([refused('1')]);
    const answer = put.fetch(foreign);
    await put.clock.advance(1_000);
    expect((await answer).status).toBe(200);
    const post = serverOf([refused('1')]);
    expect((await post.fetch(new Request(api, { method: 'POST', body: 'x' }))).status).toBe(429);
  });

  test.each([
    ['GET', '1', true],
    ['put', '1', true],
    ['DELETE', '1', true],
    ['POST', '1', false],
    ['PATCH', '1', false],
    ['GET', undefined, false],
  ])('by %s is repeated after a 503 with Retry-After %s: %s', async (method, retryAfter, again) => {
    const { clock, get } = serverOf([{ status: 503, ...(retryAfter && { 'retry-after': retryAfter }) }]);
    const answer = get('a', { method });
    await clock.advance(1_000);
    expect((await answer).status).toBe(again ? 200 : 503);
  });
});

describe('spread', () => {
  test('spaces calls evenly until the reset once a fifth is left', async () => {
    const scarce = { ratelimit: '"a";r=2;t=9', 'ratelimit-policy': '"a";q=10;w=60' };
    const { clock, asked, get } = serverOf([{ ...scarce, ratelimit: '"a";r=3;t=9' }, scarce, scarce, scarce], {
      spread: true,
    });
    for (const name of ['a', 'b']) await get(name);
    const waiting = [get('c'), get('d'), get('e')];
    await clock.advance(9_000);
    await Promise.all(waiting);
    expect(asked).toEqual(['a@0', 'b@0', 'c@3000', 'd@6000', 'e@9000']);
  });

  test('lets calls go at once again when there is plenty, and when the reset has come', async () => {
    const policy = { 'ratelimit-policy': '"a";q=10;w=60' };
    const { clock, asked, get } = serverOf(
      [
        { ...policy, ratelimit: '"a";r=1;t=4' },
        { ...policy, ratelimit: '"a";r=9;t=4' },
      ],
      { spread: true },
    );
    await get('a');
    const waiting = get('b');
    await clock.advance(2_000);
    await waiting;
    await get('c');
    expect(asked).toEqual(['a@0', 'b@2000', 'c@2000']);
    const reset = serverOf([{ ...policy, ratelimit: '"a";r=1;t=4' }], { spread: true });
    await reset.get('a');
    await reset.clock.advance(4_000);
    await reset.get('b');
    await reset.get('c');
    expect(reset.asked).toEqual(['a@0', 'b@4000', 'c@4000']);
  });

  test('is off unless it is asked for, and needs to know the limit', async () => {
    const scarce = { ratelimit: '"a";r=1;t=9', 'ratelimit-policy': '"a";q=10;w=60' };
    const off = serverOf([scarce]);
    for (const name of ['a', 'b']) await off.get(name);
    const unknown = serverOf([{ ratelimit: '"a";r=1;t=9' }], { spread: true });
    for (const name of ['a', 'b']) await unknown.get(name);
    expect([off.asked, unknown.asked]).toEqual([
      ['a@0', 'b@0'],
      ['a@0', 'b@0'],
    ]);
  });
});

test('counts who waited, was repeated, and would have had to wait too long', async () => {
  const meter = new RecordingMeter();
  const { clock, get } = serverOf([refused('1'), usedUp], { meter, maxWaitMs: 5_000 });
  const answer = get('a');
  await clock.advance(1_000);
  await answer;
  await reasonOf(get('b'));
  const outcomes = ['waited', 'repeated', 'refused'].map((outcome) =>
    meter.value('xc_ratelimit_paced_total', { outcome }),
  );
  expect(outcomes).toEqual([1, 1, 1]);
});

test('passes on what fetch throws, and refuses what is no URL', async () => {
  const error = new TypeError('fetch failed');
  await expect(pacedFetch(() => Promise.reject(error))(api)).rejects.toBe(error);
  await expect(pacedFetch(async () => new Response())('/relative')).rejects.toThrow(TypeError);
});

test.each([
  [{ maxWaitMs: -1 }, RangeError],
  [{ maxWaitMs: '1m' }, RangeError],
  [{ retries: 0.5 }, RangeError],
  [{ jitter: 1.1 }, RangeError],
  [{ jitter: Number.NaN }, RangeError],
  [{ maxKeys: 0 }, RangeError],
  [{ key: 'origin' }, TypeError],
])('refuses the options %j', (options, kind) => {
  expect(() => pacedFetch(async () => new Response(), options as never)).toThrow(kind);
});

test('refuses what is no fetch', () => {
  expect(() => pacedFetch(undefined as never)).toThrow(new TypeError('fetch must be a function, got undefined'));
});

test('whatever servers say, a call never leaves earlier than they want and never waits longer than it may', async () => {
  const answer = fc.record(
    {
      status: fc.constantFrom(200, 429, 503),
      'retry-after': fc.oneof(fc.nat(20).map(String), fc.constantFrom('-1', '1e3', 'x', '99999999999')),
      ratelimit: fc.tuple(fc.nat(2), fc.nat(20)).map(([r, t]) => `"a";r=${r};t=${t}`),
    },
    { requiredKeys: ['status'] },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(answer, { maxLength: 12 }),
      fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })),
      async (answers, dice) => {
        const random = { next: () => dice.next().value as number };
        const { clock, asked, get } = serverOf(answers, { maxWaitMs: 15_000, jitter: 0.1, random });
        const calls = Array.from({ length: 6 }, (_, index) =>
          get(`${index}`).catch((error: { code?: string }) => error.code),
        );
        await clock.advance(200_000);
        const settled = await Promise.all(calls);
        expect(settled.every((result) => result === 'XC_RATELIMIT_PACE' || typeof result === 'object')).toBe(true);
        expect(clock.pending).toBe(0);
        expect(asked.length).toBeLessThanOrEqual(18);
      },
    ),
    { numRuns: 100 },
  );
});
