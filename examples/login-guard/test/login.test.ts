import { ManualClock } from '@xc/core/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { listen } from '../src/listen.ts';
import { createLoginGuard, type LoginGuard } from '../src/login-guard.ts';
import { createService } from '../src/service.ts';

let clock: ManualClock;
let guard: LoginGuard;
let origin: string;
let close: () => void;

beforeEach(async () => {
  clock = new ManualClock();
  guard = createLoginGuard({ clock });
  const accounts = ['ada', 'bob', 'cid', 'dee', 'eva'];
  const service = createService(guard, new Map(accounts.map((name) => [name, `${name}'s secret`])));
  origin = await listen(service);
  close = () => {
    service.closeAllConnections();
    service.close();
  };
});
afterEach(async () => {
  close();
  await guard[Symbol.asyncDispose]();
});

const login = (account: string, password: string, ip = '203.0.113.1') =>
  fetch(`${origin}/login`, {
    method: 'POST',
    headers: { 'x-forwarded-for': ip },
    body: JSON.stringify({ account, password }),
  });
const statusOf = async (...given: Parameters<typeof login>) => (await login(...given)).status;

test('five wrong passwords in ten minutes, and then not even the right one', async () => {
  for (let attempt = 0; attempt < 5; attempt += 1) expect(await statusOf('ada', 'guess')).toBe(401);
  const refused = await login('Ada', "ada's secret", '198.51.100.7');
  expect(refused.status).toBe(429);
  expect(refused.headers.get('content-type')).toBe('application/problem+json');
  expect(refused.headers.get('retry-after')).toBe('600');
  expect(await refused.json()).toMatchObject({ 'violated-policies': ['account'] });
  expect(await statusOf('bob', "bob's secret")).toBe(204);

  await clock.advance(600_000);
  expect(await statusOf('ada', "ada's secret")).toBe(204);
});

test('who goes on is shut out, longer each time', async () => {
  const knock = async (times: number) => {
    for (let attempt = 0; attempt < times; attempt += 1) await login('ada', 'guess');
    const last = await login('ada', 'guess');
    return { retryAfter: last.headers.get('retry-after'), body: (await last.json()) as { type: string } };
  };
  const first = await knock(7);
  expect(first.retryAfter).toBe('900');
  expect(first.body.type).toMatch(/#abnormal-usage-detected$/);
  await clock.advance(900_000);
  expect((await knock(7)).retryAfter).toBe('1800');
});

test('one address cannot try many accounts, and an IPv6 customer is one address', async () => {
  const accounts = ['ada', 'bob', 'cid', 'dee'];
  for (let attempt = 0; attempt < 20; attempt += 1) {
    expect(await statusOf(accounts[attempt % 4] as string, 'guess', `2001:db8::${attempt}`)).toBe(401);
  }
  expect(await statusOf('eva', 'guess', '2001:db8::ffff')).toBe(429);
  expect(await statusOf('eva', 'guess', '2001:db8:0:1::1')).toBe(401);
});

test('the right password costs nothing', async () => {
  for (let attempt = 0; attempt < 30; attempt += 1) expect(await statusOf('ada', "ada's secret")).toBe(204);
  expect(await statusOf('ada', 'guess')).toBe(401);
  expect(await statusOf('nobody', '')).toBe(401);
});
