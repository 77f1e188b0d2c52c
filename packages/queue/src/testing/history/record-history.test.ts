import { ManualClock } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { createQueue, memoryEngine } from '../../index.ts';
import { snooze } from '../../worker/outcome-errors.ts';
import { audit } from '../audit.ts';
import { checkHistory } from './check-history.ts';
import type { HistoryEvent } from './history-event.ts';
import { recordHistory } from './record-history.ts';

const clock = () => new ManualClock(1_700_000_000_000);
const end: HistoryEvent = { t: 0, op: 'end' };

test('writes down a history that is good, and what is in it', async () => {
  const time = clock();
  const { queue, history } = recordHistory(createQueue('main', { engine: memoryEngine({ clock: time }), clock: time }));
  await queue.add('mail', 1, { id: 'a', key: 'k' });
  await queue.addMany([
    { type: 'mail', data: 2, options: { id: 'b', key: 'k' } },
    { type: 'mail', data: 3 },
  ]);
  const worker = queue.work({
    mail: (job) => {
      if (job.attempt === 1 && job.id === 'a') throw new Error('broken');
      if (job.delivery === 1 && job.id === 'b') throw snooze(10);
    },
  });
  for (let turn = 0; turn < 40; turn += 1) await time.advance(1000);
  await worker.stop();
  const { ok, violations, stats } = checkHistory([...history, end]);
  expect(violations).toEqual([]);
  expect(ok).toBe(true);
  expect(stats).toMatchObject({
    added: 3,
    started: 5,
    redelivered: 2,
    settled: { done: 3, retry: 1, release: 1 },
    keys: 1,
  });
  const start = history.find(({ op }) => op === 'start');
  expect(start).toMatchObject({ id: 'a', key: 'k', worker: worker.id, delivery: 1 });
  expect(BigInt(start?.fence ?? 0)).toBeGreaterThan(0n);
  expect(await audit(queue)).toEqual({ ok: true, violations: [] });
  await queue.close();
});

test('sees cancels, deaths and redrives, by id and by reason', async () => {
  const time = clock();
  const { queue, history } = recordHistory(
    createQueue('main', { engine: memoryEngine({ clock: time }), clock: time, maxAttempts: 1 }),
  );
  await queue.add('mail', 1, { id: 'gone' });
  await queue.cancel('gone');
  await queue.add('mail', 2, { id: 'dead' });
  let broken = true;
  const worker = queue.work(() => {
    if (broken) throw new Error('broken');
  });
  await time.advance(100);
  expect((await queue.inspect('dead'))?.state).toBe('dead');
  await queue.dead.redrive({ reason: 'failed' });
  await time.advance(100);
  broken = false;
  await queue.dead.redrive({ ids: ['dead', 'nobody'] });
  await time.advance(100);
  await worker.stop();
  const { violations, stats } = checkHistory([...history, end]);
  expect(violations).toEqual([]);
  expect(stats.settled).toMatchObject({ cancelled: 1, redrive: 3, done: 1 });
  await queue.close();
});

test('tells an add that was refused from one that may have happened', async () => {
  const time = clock();
  const { queue, history } = recordHistory(
    createQueue('main', { engine: memoryEngine({ clock: time, maxJobs: 1 }), clock: time }),
  );
  await queue.add('mail', 1, { id: 'a' });
  await expect(queue.add('mail', 2, { id: 'b' })).rejects.toMatchObject({ code: 'XC_QUEUE_FULL' });
  const late = new AbortController();
  const given = queue.add('mail', 3, { id: 'c', signal: late.signal });
  late.abort(new Error('enough'));
  await expect(given).rejects.toThrow('enough');
  expect(
    history.filter(({ op, phase }) => op === 'add' && phase !== 'invoke').map(({ id, phase }) => [id, phase]),
  ).toEqual([
    ['a', 'ok'],
    ['b', 'fail'],
    ['c', 'info'],
  ]);
  await queue.close();
});

test('writes down where jobs of flows and schedules come from, though they start before anybody is answered', async () => {
  const time = clock();
  const { queue, history } = recordHistory(
    createQueue('main', { engine: memoryEngine({ clock: time }), clock: time, maxAttempts: 1 }),
  );
  const worker = queue.work((job) => {
    if (job.data === 'bad') throw new Error('broken');
  });
  await queue.schedule('often', { everyMs: 1_000 }, 'mail', 'slot', { key: 'k', limit: 2 });
  const adding = queue.addMany([1, 2, 3].map((data) => ({ type: 'mail', data, options: { key: 'k' } })));
  const flowing = queue.flow([
    { name: 'a', type: 'mail', data: 'good', options: { id: 'mine' } },
    { name: 'b', type: 'mail', data: 'late', options: { key: 'k' }, after: ['a'] },
    { name: 'c', type: 'mail', data: 'bad' },
    { name: 'd', type: 'mail', data: 'never', after: ['c'] },
  ]);
  const after = queue.add('mail', 4, { key: 'k' });
  for (let turn = 0; turn < 40; turn += 1) await time.advance(100);
  await Promise.all([adding, flowing, after]);
  await worker.idle();
  await worker.stop();
  const { violations, stats } = checkHistory([...history, end]);
  expect(violations).toEqual([]);
  expect(stats).toMatchObject({ started: 9, settled: { done: 8, dead: 1 } });
  await queue.close();
});

test('writes down what is removed and drained as ended, and a new job under its id as begun anew', async () => {
  const time = clock();
  const { queue, history } = recordHistory(createQueue('main', { engine: memoryEngine({ clock: time }), clock: time }));
  await queue.add('mail', 1, { id: 'a', delayMs: 1_000 });
  expect(await queue.remove('a')).toBe('removed');
  expect(await queue.remove('a')).toBe('missing');
  await queue.add('mail', 1, { id: 'b' });
  await queue.add('mail', 1, { delayMs: 1_000 });
  expect(await queue.drain({ delayed: true })).toBe(2);
  const worker = queue.work(() => 'done');
  for (let turn = 0; turn < 2; turn += 1) {
    expect((await queue.add('mail', 2, { id: 'a' })).outcome).toBe('added');
    await worker.idle();
    // It is there: nothing begins anew.
    expect((await queue.add('mail', 2, { id: 'a' })).outcome).toBe('exists');
    expect(await queue.remove('a')).toBe('removed');
  }
  const { violations, stats } = checkHistory([...history, end]);
  expect(violations).toEqual([]);
  expect(stats.settled).toEqual({ cancelled: 3, done: 2, redrive: 2 });
  await queue.add('mail', 3, { id: 'a', delayMs: 1_000 });
  expect(checkHistory([...history, end]).violations).toMatchObject([{ rule: 'lost', id: 'a' }]);
  await queue.close();
});

test('knows jobs that are delayed or moved, which take another turn in their key than that of their add', async () => {
  const time = clock();
  const { queue, history } = recordHistory(createQueue('main', { engine: memoryEngine({ clock: time }), clock: time }));
  const key = 'k';
  await queue.add('t', 1, { id: 'delayed', key, delayMs: 50 });
  await queue.add('t', 1, { id: 'later', key, dueAt: time.now() + 60 });
  await queue.addMany([
    { type: 't', data: 1, options: { id: 'put off', key } },
    { type: 't', data: 1, options: { id: 'elsewhere', key } },
    { type: 't', data: 1, options: { id: 'many', key, delayMs: 70 } },
  ]);
  await queue.flow([{ name: 'node', type: 't', data: 1, options: { id: 'node', key, delayMs: 80 } }]);
  await queue.add('t', 1, { id: 'last', key });
  await queue.update('put off', { delayMs: 90 });
  await queue.update('elsewhere', { lane: 'low' });
  const worker = queue.work(() => {});
  for (let turn = 0; turn < 20; turn += 1) await time.advance(10);
  await worker.stop();
  const order = history.filter(({ op }) => op === 'start').map(({ id }) => id);
  expect(order).toEqual(['last', 'elsewhere', 'delayed', 'later', 'many', 'node', 'put off']);
  expect(checkHistory([...history, end])).toMatchObject({ ok: true, violations: [], stats: { added: 7 } });
  await queue.close();
});

test('refuses to audit what has no engine', async () => {
  await expect(audit({} as never)).rejects.toThrow(TypeError);
});

test('knows what follows under a latest key as a job of the engine', async () => {
  const time = clock();
  const base = createQueue('main', { engine: memoryEngine({ clock: time }), clock: time });
  const { queue, history } = recordHistory(base);
  const ran: unknown[] = [];
  const worker = queue.work(async ({ data }) => {
    ran.push(data);
    await time.sleep(10);
  });
  for (let data = 0; data < 6; data += 1) {
    await queue.add('mail', data, { unique: { key: 'u', mode: 'latest' } });
    await time.advance(4);
  }
  for (let turn = 0; turn < 20; turn += 1) await time.advance(10);
  await worker.stop();
  expect(ran.length).toBeGreaterThan(1);
  expect(checkHistory([...history, end]).violations).toEqual([]);
  await queue.close();
});

test('sees what is given back while it is drained', async () => {
  const time = clock();
  const base = createQueue('main', { engine: memoryEngine({ clock: time }), clock: time });
  const giveBack = { before: async () => {} };
  const late = new Proxy(base, {
    get(target, name) {
      if (name === 'drain') return async (options: object) => giveBack.before().then(() => target.drain(options));
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const { queue, history } = recordHistory(late);
  await queue.addMany([1, 2, 3].map((data) => ({ type: 'mail', data })));
  const worker = queue.work(({ signal }) => new Promise((_, reject) => signal.addEventListener('abort', reject)), {
    concurrency: 2,
  });
  await time.advance(10);
  expect(worker.running).toBe(2);
  giveBack.before = async () => {
    const stopped = worker.stop({ graceMs: 0 });
    await time.advance(10);
    await stopped;
  };
  expect(await queue.drain()).toBe(3);
  expect(checkHistory([...history, end]).violations).toEqual([]);
  await queue.close();
});
