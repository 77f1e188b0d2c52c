import assert from 'node:assert/strict';
import { ManualClock } from '@xc/core/testing';
import { pacedFetch, parseRateLimit } from '@xc/ratelimit';

const clock = new ManualClock(); // in an application: leave it out
const asked: number[] = [];
async function api(): Promise<Response> {
  asked.push(clock.monotonic());
  const headers = { 'Retry-After': '2', RateLimit: '"api";r=0;t=2' };
  return asked.length === 1
    ? new Response('slow down', { status: 429, headers })
    : new Response('Lisbon');
}

const paced = pacedFetch(api, { clock, jitter: 0 }); // pacedFetch(fetch)
const answer = paced('https://api.example.com/cities/1');
await clock.advance(2_000);
assert.equal(await (await answer).text(), 'Lisbon');
assert.deepEqual(asked, [0, 2_000]);

// The same by hand, of any response.
const hint = parseRateLimit({ ratelimit: '"a";r=0;t=2, "b";r=9;t=60' });
assert.equal(hint?.resetAfterMs, 2_000);
