import { expect, test, vi } from 'vitest';

test('takes orders over HTTP, shows its queue to operators alone, and stops cleanly on SIGTERM', async () => {
  const said: string[] = [];
  vi.spyOn(console, 'log').mockImplementation((line: string) => void said.push(line));
  process.env.PORT = '0';
  await import('../src/main.ts');
  const origin = /http:\/\/127\.0\.0\.1:\d+/.exec(said.join())?.[0] as string;

  const order = JSON.stringify({ order: '7', customer: 'ada', cents: 900 });
  const answer = await fetch(`${origin}/orders`, { method: 'POST', body: order });
  expect([answer.status, await answer.json()]).toEqual([202, { job: 'order-7', outcome: 'added' }]);
  await expect.poll(() => said).toContain('ada: order 7 is paid, payment of 7');
  expect((await fetch(`${origin}/orders`, { method: 'POST', body: 'no JSON' })).status).toBe(400);
  expect((await fetch(`${origin}/healthz`)).status).toBe(200);
  expect(await (await fetch(`${origin}/metrics`)).text()).toContain('xc_queue_settled_total');

  expect((await fetch(`${origin}/queues`)).status).toBe(401);
  const operator = { authorization: 'Bearer letmein' };
  const page = await (await fetch(`${origin}/queues?queue=shop&job=order-7`, { headers: operator })).text();
  expect(page).toContain('payment of 7');
  expect(page).toContain('&quot;customer&quot;: &quot;***&quot;');

  process.emit('SIGTERM');
  await expect.poll(() => said).toContain('stopped: every job is done or back in its queue');
  await expect(fetch(`${origin}/healthz`)).rejects.toThrow();
});
