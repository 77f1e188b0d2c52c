import { createServer } from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { findChromium, quietFlags } from '../site/chromium.mjs';
import { root } from '../workspace.mjs';

const built = (/** @type {string} */ file) => pathToFileURL(join(root, 'packages', 'queue', 'dist', file)).href;
const attack = '<script>document.title = "attacked"</script><img src=x onerror="document.title = \'attacked\'">';

/** @type {import('./schedule.mjs').Stage} */
export default {
  name: 'dashboard',
  about:
    'the page of @xc/queue/dashboard in headless Chromium: shows, escapes, writes, refreshes, and breaks no policy of its own',
  needs: ['build'],
  async run() {
    const { createQueue, discard } = await import(built('index.js'));
    const { createDashboard } = await import(built('dashboard.js'));
    const queue = createQueue('orders');
    const worker = queue.work(() => {
      throw discard(attack);
    });
    const ref = await queue.add(attack, { note: attack }, { id: 'bad', key: attack });
    await ref.result().catch(() => {});
    await worker.stop();
    const server = await serveHandler(
      createDashboard([queue], { authorize: () => true, basePath: '/queues', write: true }),
    );
    const { chromium } = await import('playwright-core');
    const browser = await chromium.launch({ executablePath: findChromium(), args: quietFlags });
    try {
      const faults = await look(browser, server.origin, queue);
      if (faults.length > 0) throw new Error(faults.join('\n'));
    } finally {
      await browser.close();
      server.close();
      await queue.close();
    }
  },
};

/**
 * @param {import('playwright-core').Browser} browser
 * @param {string} origin
 * @param {any} queue
 */
async function look(browser, origin, queue) {
  const tab = await browser.newPage();
  /** @type {string[]} */
  const faults = [];
  // A style, script or request that the policy does not allow shows as an error in the console.
  tab.on('console', (message) => message.type() === 'error' && faults.push(`console: ${message.text()}`));
  tab.on('pageerror', (error) => faults.push(`script: ${error.message}`));
  const expect = (/** @type {boolean} */ holds, /** @type {string} */ says) => holds || faults.push(says);

  await tab.goto(`${origin}/queues`);
  await tab.click('text=orders');
  await tab.click('nav >> text=dead');
  await tab.click('tbody code');
  expect((await tab.textContent('main'))?.includes(attack) === true, 'the data are not shown as they are');
  expect(!(await tab.title()).includes('attacked'), 'what a job carries ran as a script');
  const colour = await tab.evaluate(
    () => getComputedStyle(/** @type {Element} */ (document.querySelector('.bad'))).color,
  );
  expect(colour !== 'rgb(0, 0, 0)', 'the style was not applied');

  await tab.click('text=Redrive');
  expect(
    (await tab.textContent('.notice'))?.includes('Back to waiting: 1.') === true,
    'nothing is said of the redrive',
  );
  expect((await queue.counts()).waiting === 1, 'the job was not sent again');
  await tab.click('text=Pause');
  expect((await queue.counts()).paused === true, 'the queue was not paused');
  await queue.add('newcomer', {});
  await tab.waitForFunction(() => document.body.textContent?.includes('newcomer'), null, { timeout: 20_000 });
  return faults;
}

/** @param {(request: Request) => Promise<Response>} handler */
async function serveHandler(handler) {
  const server = createServer(async (incoming, outgoing) => {
    const chunks = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const response = await handler(
      new Request(`http://${incoming.headers.host}${incoming.url}`, {
        method: incoming.method ?? 'GET',
        headers: Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)])),
        body: chunks.length === 0 ? null : Buffer.concat(chunks),
      }),
    );
    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    outgoing.end(Buffer.from(await response.arrayBuffer()));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return { origin: `http://127.0.0.1:${port}`, close: () => server.close() };
}
