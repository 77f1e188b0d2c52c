import assert from 'node:assert/strict';
import { createQueue } from '@xc/queue';
import { createDashboard } from '@xc/queue/dashboard';

const queue = createQueue<{ charge: { in: { card: string } } }>('orders');
const { id } = await queue.add('charge', { card: '4111 1111 1111 1111' });

const dashboard = createDashboard([queue], {
  basePath: '/admin/queues',
  authorize: (request) => request.headers.get('cookie') === 'operator', // yours
  redact: (data) => ({ ...(data as object), card: '***' }),
  write: true, // pause, resume, redrive, drop, cancel
});

// A handler of web requests: hand it those below its path.
const url = `https://app.example/admin/queues/?queue=orders&job=${encodeURIComponent(id)}`;
assert.equal((await dashboard(new Request(url))).status, 401);

const page = await dashboard(
  new Request(url, { headers: { cookie: 'operator' } }),
);
const text = await page.text();
assert.ok(text.includes('***') && !text.includes('4111'));
await queue.close();
