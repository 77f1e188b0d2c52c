import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Bank, createBank } from '../src/bank.ts';
import { listen } from '../src/listen.ts';
import { Rates } from '../src/rates.ts';
import { createService } from '../src/service.ts';

let bank: Bank;
let origin: string;
let close: () => void;

beforeEach(async () => {
  bank = createBank();
  const service = createService(new Rates(await listen(bank.server)));
  origin = await listen(service);
  close = () => {
    for (const server of [bank.server, service]) {
      server.closeAllConnections();
      server.close();
    }
  };
});
afterEach(() => close());

async function get(path: string) {
  const response = await fetch(`${origin}${path}`);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

test('answers with the rate of the bank', async () => {
  expect(await get('/rates/USD')).toEqual({ status: 200, body: { currency: 'USD', perEuro: 1.08, stale: false } });
  expect(await get('/healthz')).toEqual({ status: 200, body: { status: 'up', bank: 'closed' } });
});

test('serves the last good rate while the bank is ill, leaves it in peace, and notices when it is well again', async () => {
  await get('/rates/USD');
  bank.mood = 'errors';
  const stale = { status: 200, body: { currency: 'USD', perEuro: 1.08, stale: true } };
  while ((await get('/healthz')).body.bank !== 'open') expect(await get('/rates/USD')).toEqual(stale);
  expect((await get('/healthz')).body.status).toBe('degraded');

  const asked = bank.asked;
  expect(await get('/rates/USD')).toEqual(stale);
  expect(await get('/rates/USD')).toEqual(stale);
  expect(bank.asked).toBe(asked);

  bank.mood = 'well';
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  expect((await get('/rates/USD')).body).toEqual({ currency: 'USD', perEuro: 1.08, stale: false });
  expect((await get('/healthz')).body).toEqual({ status: 'up', bank: 'closed' });
});

test('a bank that says nothing costs half a second, not for ever', async () => {
  await get('/rates/GBP');
  bank.mood = 'silent';
  const from = performance.now();
  const { body } = await get('/rates/GBP');
  expect(body).toMatchObject({ stale: true });
  expect(performance.now() - from).toBeLessThan(3_000);
});

test('says so when there is no last good rate', async () => {
  bank.mood = 'errors';
  expect(await get('/rates/JPY')).toEqual({ status: 503, body: { error: 'no rate for JPY now' } });
  expect((await get('/rates')).status).toBe(404);
});

test('two instances have two breakers', () => {
  expect(new Rates('http://127.0.0.1').breaker).not.toBe(new Rates('http://127.0.0.1').breaker);
});

test('a guarded method keeps its name and its length', () => {
  expect(Rates.prototype.of.name).toBe('of');
  expect(Rates.prototype.of).toHaveLength(1);
});
