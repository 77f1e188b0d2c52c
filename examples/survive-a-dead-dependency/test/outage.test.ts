import { afterEach, beforeEach, expect, test } from 'vitest';
import { bareClient } from '../src/clients/bare.ts';
import { budgetClient } from '../src/clients/budget.ts';
import { type GuardedClient, guardedClient } from '../src/clients/guarded.ts';
import { opossumClient } from '../src/clients/opossum.ts';
import { listen } from '../src/listen.ts';
import { outage } from '../src/outage.ts';
import { createService } from '../src/service.ts';
import { createUpstream, type Upstream } from '../src/upstream.ts';

let upstream: Upstream;
let client: GuardedClient;
let origin: string;
let close: () => void;

beforeEach(async () => {
  upstream = createUpstream();
  client = guardedClient(await listen(upstream.server));
  const service = createService(client);
  origin = await listen(service);
  close = () => {
    for (const server of [service, upstream.server]) {
      server.closeAllConnections();
      server.close();
    }
  };
});
afterEach(() => close());

async function ask(article: string) {
  const response = await fetch(`${origin}/articles/${article}/review`);
  return `${response.status} ${response.headers.get('x-answer')} ${await response.text()}`;
}

const breakerIs = (state: string) => client.facts().includes(`breaker ${state}`);

test.each(['slow', 'errors', 'hang'] as const)('lives on while the upstream is ill: %s', async (mood) => {
  const review = '{"article":"7","stars":4.5}';
  expect(await ask('7')).toBe(`200 fresh ${review}`);
  upstream.mood = mood;
  while (!breakerIs('open')) {
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask('7')));
    expect(new Set(answers)).toEqual(new Set([`200 stale ${review}`]));
  }
  const reached = upstream.calls;
  const from = performance.now();
  expect(await ask('7')).toBe(`200 stale ${review}`);
  // A probe is let through after a second; in a fraction of one nothing is.
  if (performance.now() - from < 200) expect(upstream.calls - reached).toBeLessThanOrEqual(1);

  upstream.mood = 'well';
  while (!breakerIs('closed')) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    await ask('7');
  }
  expect(await ask('7')).toBe(`200 fresh ${review}`);
});

test('what was never answered is a 503, and anything else a 404', async () => {
  upstream.mood = 'errors';
  expect(await ask('new')).toBe('503 null ');
  expect((await fetch(`${origin}/nowhere`)).status).toBe(404);
});

test('three attempts make an outage three times worse; a budget and a breaker do not', async () => {
  const story = { perSecond: 20, healthyMs: 1_000, outageMs: 3_000, afterMs: 1_000, mood: 'errors' } as const;
  const [bare, budget, opossum, guarded] = await Promise.all([
    outage(bareClient, story),
    outage(budgetClient, story),
    outage(opossumClient, story),
    outage(guardedClient, story),
  ]);
  expect(bare.amplification).toBeGreaterThan(2);
  expect(bare.errorRate).toBeGreaterThan(0.9);
  expect(budget.amplification).toBeLessThanOrEqual(1.2);
  expect(guarded.amplification).toBeLessThanOrEqual(1.2);
  expect(guarded.reached).toBeLessThan(bare.reached / 2);
  expect(guarded.errorRate).toBe(0);
  expect(opossum.errorRate).toBe(0);
  expect(guarded.recoveredMs).toBeLessThan(10_000);
});
