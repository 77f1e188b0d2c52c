import { XcError } from '@xc/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createQueue } from '../queue/create-queue.ts';
import type { AnyJobs } from '../queue/job-types.ts';
import type { Queue } from '../queue/queue.ts';
import { discard } from '../worker/outcome-errors.ts';
import { createDashboard, type DashboardOptions } from './create-dashboard.ts';

const origin = 'https://app.example';
const attack = '<script>alert("1")</script>\'&';
let queue: Queue<AnyJobs>;

beforeEach(() => {
  queue = createQueue<AnyJobs>('main');
});
afterEach(() => queue.close());

const open = (options: Partial<DashboardOptions> = {}) =>
  createDashboard([queue], { authorize: () => true, ...options });
const get = (path: string, init: RequestInit = {}) => new Request(`${origin}${path}`, init);

function post(path: string, fields: Record<string, string>, headers: Record<string, string> = { origin }) {
  return new Request(`${origin}${path}`, { method: 'POST', body: new URLSearchParams(fields), headers });
}

async function textOf(response: Response, status = 200): Promise<string> {
  expect(response.status).toBe(status);
  return response.text();
}

/** Dead letters with these ids. */
async function kill(...ids: string[]): Promise<void> {
  const worker = queue.work(() => {
    throw discard('no use');
  });
  for (const id of ids) await queue.add('task', { id }, { id }).then((ref) => ref.result().catch(() => {}));
  await worker.stop();
}

describe('whoever asks', () => {
  test('gets 401 and nothing else where authorize says no', async () => {
    for (const no of [false, undefined, 1, 'yes', null]) {
      const dashboard = open({ authorize: () => no as never });
      for (const request of [get('/'), get('/?queue=main'), get('/nowhere'), post('/pause', { queue: 'main' })]) {
        expect(await textOf(await dashboard(request), 401)).toBe('');
      }
    }
  });

  test('gets 403 and nothing else where authorize throws or rejects', async () => {
    const thrown = open({
      authorize: () => {
        throw new Error('secret');
      },
    });
    expect(await textOf(await thrown(get('/')), 403)).toBe('');
    expect(await textOf(await open({ authorize: () => Promise.reject(new Error('secret')) })(get('/')), 403)).toBe('');
  });

  test('is asked about with the request itself, each time', async () => {
    const seen: Request[] = [];
    const dashboard = open({
      authorize: async (request) => {
        seen.push(request);
        return request.headers.get('cookie') === 'admin';
      },
    });
    expect((await dashboard(get('/'))).status).toBe(401);
    expect((await dashboard(get('/', { headers: { cookie: 'admin' } }))).status).toBe(200);
    expect(seen).toHaveLength(2);
  });
});

describe('the page', () => {
  test('shows queues with their counts', async () => {
    await queue.add('task', 1);
    await queue.add('task', 2, { delayMs: 60_000 });
    await queue.pause();
    const page = await textOf(await open()(get('/')));
    expect(page).toContain('>main</a>');
    expect(page).toContain('paused');
    expect(page).toContain('href="/?queue=main&amp;state=delayed">1</a>');
  });

  test('escapes everything of a job, wherever it shows', async () => {
    const worker = queue.work(async (job) => {
      await job.log(attack);
      await job.progress(attack);
      throw Object.assign(new Error(attack), { name: attack, code: attack });
    });
    const options = { id: attack, key: attack, maxAttempts: 1 };
    await queue.add(attack, { [attack]: attack }, options).then((ref) => ref.result().catch(() => {}));
    await worker.stop();
    await queue.schedule(attack, { everyMs: 60_000 }, attack, {});
    const dashboard = open({ write: true });
    const places = [
      '/',
      '/?queue=main&state=dead',
      `/?queue=main&job=${encodeURIComponent(attack)}`,
      `/?queue=main&state=dead&done=${encodeURIComponent(attack)}&n=1`,
      `/?queue=${encodeURIComponent(attack)}`,
      `/?queue=main&state=${encodeURIComponent(attack)}`,
      `/?queue=main&cursor=${encodeURIComponent(attack)}`,
    ];
    for (const place of places) {
      const page = await (await dashboard(get(place))).text();
      expect(page, place).not.toContain('<script>alert');
      expect(page, place).not.toContain('alert("1")');
    }
    const job = await textOf(await dashboard(get(places[2] as string)));
    // Type, key, id, data twice, progress, error, its name and code, log.
    expect(job.split('&lt;script&gt;').length).toBeGreaterThan(9);
    expect(job).toContain('&amp;');
  });

  test('allows no style, script or frame but its own, by their hash', async () => {
    const response = await open()(get('/'));
    const policy = response.headers.get('content-security-policy') as string;
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe-inline');
    expect(policy).not.toMatch(/https?:|\*/);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    const page = await response.text();
    for (const [, kind, text] of page.matchAll(/<(style|script)[^>]*>([\s\S]*?)<\/\1>/g)) {
      const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
      const hash = Buffer.from(digest).toString('base64');
      expect(policy, kind).toContain(`${kind}-src 'sha256-${hash}'`);
    }
    expect(page).not.toMatch(/ (style|on\w+)=|src=|https?:/);
  });

  test('shows data as redact lets them through, or nothing where it fails', async () => {
    await queue.add('task', { card: '4111' }, { id: 'a' });
    const path = '/?queue=main&job=a';
    const redacted = open({ redact: (data, job) => ({ ...(data as object), card: `of ${job.id}` }) });
    const page = await textOf(await redacted(get(path)));
    expect(page).toContain('of a');
    expect(page).not.toContain('4111');
    const failing = open({
      redact: () => {
        throw new Error('4111');
      },
    });
    expect(await textOf(await failing(get(path)))).not.toContain('4111');
    expect(await textOf(await failing(get('/?queue=main&state=waiting')))).not.toContain('4111');
  });

  test('goes from page to page of a long list', async () => {
    await queue.addMany(
      Array.from({ length: 60 }, (_, index) => ({ type: 'task', data: index, options: { id: `job-${index}` } })),
    );
    const dashboard = open();
    const first = await textOf(await dashboard(get('/?queue=main&state=waiting')));
    expect(first).toContain('>job-0<');
    expect(first).not.toContain('>job-59<');
    const next = /href="([^"]*cursor[^"]*)"/.exec(first)?.[1]?.replaceAll('&amp;', '&') as string;
    expect(await textOf(await dashboard(get(next)))).toContain('>job-59<');
  });

  test('lives where the application has it', async () => {
    for (const basePath of ['/admin/queues', '/admin/queues/']) {
      const dashboard = open({ basePath });
      expect(await textOf(await dashboard(get('/admin/queues')))).toContain('href="/admin/queues/?queue=main"');
      expect((await dashboard(get('/admin/queues/'))).status).toBe(200);
      for (const path of ['/', '/admin', '/admin/queuesx', '/admin/queues/nowhere']) {
        expect((await dashboard(get(path))).status, path).toBe(404);
      }
    }
  });

  test('answers HEAD without a body and other methods with 405', async () => {
    const head = await open()(get('/', { method: 'HEAD' }));
    expect([head.status, await head.text()]).toEqual([200, '']);
    expect((await open()(get('/', { method: 'DELETE' }))).status).toBe(405);
  });

  test('answers no odd question with a fault of its own', async () => {
    await queue.add('task', 1);
    const dashboard = open({ write: true });
    const odd = ['%', '%00', '%ff', '../..', '__proto__', 'constructor', 'x'.repeat(10_000), '0', '-1', '[]', ''];
    for (const text of odd) {
      const value = encodeURIComponent(text);
      for (const name of ['queue', 'state', 'cursor', 'job', 'done', 'n']) {
        for (const rest of ['', '&queue=main', '&queue=main&state=dead', '&queue=main&state=done']) {
          const { status } = await dashboard(get(`/?${name}=${value}${rest}`));
          expect(status, `${name} ${text} ${rest}`).toBeLessThan(500);
        }
      }
      for (const action of ['pause', 'resume', 'redrive', 'drop', 'cancel', 'toString', value]) {
        for (const fields of [{}, { queue: text }, { queue: 'main', id: text }, { queue: 'main', reason: text }]) {
          const { status } = await dashboard(post(`/${action}`, fields as Record<string, string>));
          expect(status, `${action} ${JSON.stringify(fields)}`).toBeLessThan(500);
        }
      }
    }
    for (const path of ['//', '/%', '/%zz', '/..%2f', '/?&&&=', '/?queue[]=1']) {
      expect((await dashboard(get(path))).status, path).toBeLessThan(500);
    }
  });

  test('says that a queue is away and shows the others', async () => {
    const away = createQueue<AnyJobs>('away');
    const failing: Queue<AnyJobs> = Object.create(away, {
      counts: {
        value: () => Promise.reject(new XcError('XC_QUEUE_UNAVAILABLE', 'nobody answers', { retryable: true })),
      },
      name: { value: 'away' },
    });
    const dashboard = createDashboard([queue, failing], { authorize: () => true });
    const page = await textOf(await dashboard(get('/')));
    expect(page).toContain('does not answer: nobody answers');
    expect(page).toContain('>main</a>');
    await away.close();
  });
});

describe('writing', () => {
  test('is not there unless asked for', async () => {
    await kill('a');
    const dashboard = open();
    for (const path of ['/', '/?queue=main', '/?queue=main&state=dead', '/?queue=main&job=a']) {
      expect(await textOf(await dashboard(get(path)))).not.toContain('<form');
    }
    expect((await dashboard(post('/pause', { queue: 'main' }))).status).toBe(403);
    expect((await queue.counts()).paused).toBe(false);
  });

  test.each([
    [{ origin: 'https://evil.example' }],
    [{ origin: 'http://app.example' }],
    [{ origin: 'https://app.example:8443' }],
    [{ origin: 'null' }],
    [{ 'sec-fetch-site': 'cross-site' }],
    [{ 'sec-fetch-site': 'same-site', origin }],
    [{ 'sec-fetch-site': 'none' }],
    [{}],
  ])('is refused from another origin: %j', async (headers) => {
    const dashboard = open({ write: true });
    const request = post('/pause', { queue: 'main' }, headers as Record<string, string>);
    expect((await dashboard(request)).status).toBe(403);
    expect((await queue.counts()).paused).toBe(false);
  });

  test('is done by POST alone, and sends the browser back to the page', async () => {
    const dashboard = open({ write: true, basePath: '/q' });
    expect((await dashboard(get('/q/pause?queue=main'))).status).toBe(404);
    const answer = await dashboard(post('/q/pause', { queue: 'main' }, { 'sec-fetch-site': 'same-origin' }));
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/q/?queue=main&done=pause&n=1']);
    expect((await queue.counts()).paused).toBe(true);
    await dashboard(post('/q/resume', { queue: 'main' }));
    expect((await queue.counts()).paused).toBe(false);
  });

  test('is done for a page under TLS too that ends before us', async () => {
    const dashboard = open({ write: true });
    const body = new URLSearchParams({ queue: 'main' });
    const request = new Request('http://app.example/pause', { method: 'POST', body, headers: { origin } });
    expect((await dashboard(request)).status).toBe(303);
    expect((await queue.counts()).paused).toBe(true);
  });

  test('redrives and drops dead letters, one or all of a reason, and cancels', async () => {
    await kill('a', 'b', 'c');
    await queue.pause();
    const dashboard = open({ write: true });
    expect(await textOf(await dashboard(get('/?queue=main&state=dead')))).toContain('Redrive all discarded');
    const redriven = await dashboard(post('/redrive', { queue: 'main', id: 'a' }));
    expect(redriven.headers.get('location')).toContain('done=redrive&n=1');
    expect(await queue.inspect('a')).toMatchObject({ state: 'waiting', redrives: [{ by: 'dashboard' }] });
    await dashboard(post('/drop', { queue: 'main', id: 'b' }));
    expect(await queue.inspect('b')).toBeUndefined();
    await dashboard(post('/redrive', { queue: 'main', reason: 'discarded' }));
    expect(await queue.inspect('c')).toMatchObject({ state: 'waiting' });
    await dashboard(post('/cancel', { queue: 'main', id: 'c' }));
    expect(await queue.inspect('c')).toMatchObject({ state: 'cancelled' });
  });

  test('needs an id or a reason, a form that can be read, and a queue that it has', async () => {
    await kill('a');
    const dashboard = open({ write: true });
    expect((await dashboard(post('/redrive', { queue: 'main' }))).status).toBe(400);
    expect((await dashboard(post('/drop', { queue: 'main' }))).status).toBe(400);
    expect((await dashboard(post('/drop', { queue: 'other', id: 'a' }))).status).toBe(404);
    const json = new Request(`${origin}/drop`, { method: 'POST', body: '{}', headers: { origin } });
    expect((await dashboard(json)).status).toBe(400);
    expect((await dashboard(post('/drop', { queue: 'main', id: 'x'.repeat(1_100_000) }))).status).toBe(400);
    expect(await queue.inspect('a')).toMatchObject({ state: 'dead' });
  });
});

test('refuses to be made without authorize, and of options that cannot be', () => {
  const make = (options: unknown, queues: unknown = [queue]) => createDashboard(queues as never, options as never);
  const authorize = () => true;
  expect(() => make({})).toThrow(TypeError);
  expect(() => make(undefined)).toThrow(TypeError);
  expect(() => make({ authorize: true })).toThrow(TypeError);
  expect(() => make({ authorize, basePath: 'admin' })).toThrow(RangeError);
  expect(() => make({ authorize, basePath: '//evil.example' })).toThrow(RangeError);
  expect(() => make({ authorize, basePath: 5 })).toThrow(TypeError);
  expect(() => make({ authorize, write: 'yes' })).toThrow(TypeError);
  expect(() => make({ authorize, redact: 'all' })).toThrow(TypeError);
  expect(() => make({ authorize, wrte: true })).toThrow('unknown option wrte');
  expect(() => make({ authorize }, queue)).toThrow(TypeError);
  expect(() => make({ authorize }, [{}])).toThrow(TypeError);
  expect(() => make({ authorize }, [queue, queue])).toThrow(RangeError);
});
