import { ManualClock } from '@xc/core/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { listen } from '../src/listen.ts';
import { createQuotas } from '../src/quotas.ts';
import { createService } from '../src/service.ts';

const customers = new Map([
  ['tokyo', { id: 'sakura', plan: 1_000, timeZone: 'Asia/Tokyo', billedOn: 1 }],
  ['berlin', { id: 'linde', plan: 500, timeZone: 'Europe/Berlin', billedOn: 31 }],
]);

let clock: ManualClock;
let origin: string;
let close: () => void;

beforeEach(async () => {
  clock = new ManualClock(Date.UTC(2026, 0, 31, 14, 30));
  const service = createService(createQuotas({ clock }), customers);
  origin = await listen(service);
  close = () => {
    service.closeAllConnections();
    service.close();
  };
});
afterEach(() => close());

const ask = (who: string, prompt: string) =>
  fetch(`${origin}/complete`, { method: 'POST', headers: { authorization: `Bearer ${who}` }, body: prompt });

async function usage(who: string) {
  const response = await fetch(`${origin}/usage`, { headers: { authorization: `Bearer ${who}` } });
  return (await response.json()) as { remaining: number; resetAfterMs: number; soft: boolean };
}

test('a call is paid by what it has really used, more or less than estimated', async () => {
  const answer = await ask('tokyo', 'to be or not to be');
  expect([answer.status, await answer.text(), answer.headers.get('x-tokens')]).toEqual([
    200,
    'be to not or be to',
    '6',
  ]);
  expect((await usage('tokyo')).remaining).toBe(994);
  await ask('tokyo', 'repeat 250');
  expect(await usage('tokyo')).toMatchObject({ remaining: 744, soft: false });
  await ask('tokyo', 'repeat 600');
  expect(await usage('tokyo')).toMatchObject({ remaining: 144, soft: true });
});

test('what failed is not paid for', async () => {
  expect((await ask('tokyo', 'fail')).status).toBe(500);
  expect((await usage('tokyo')).remaining).toBe(1_000);
});

test('the quota comes back when the month of the customer begins, in the zone of the customer', async () => {
  await ask('tokyo', 'repeat 950');
  const refused = await ask('tokyo', 'one more');
  expect(refused.status).toBe(429);
  // Half an hour until midnight in Tokyo.
  expect(refused.headers.get('retry-after')).toBe('1800');
  expect(await refused.json()).toMatchObject({ 'violated-policies': ['month'] });
  await clock.advance(1_800_000);
  expect((await ask('tokyo', 'one more')).status).toBe(200);
});

test('a month that begins on the 31st begins on the last day where there is none', async () => {
  await ask('berlin', 'repeat 450');
  const { resetAfterMs } = await usage('berlin');
  expect(new Date(clock.now() + resetAfterMs).toISOString()).toBe('2026-02-27T23:00:00.000Z');
});

test('a stranger has nothing to use up', async () => {
  expect((await ask('nobody', 'hello')).status).toBe(401);
});
