import { RecordingMeter } from '@xc/core/testing';
import { eventually } from '@xc/test-support';
import * as bullmq from 'bullmq';
import { describe, expect, test } from 'vitest';
import { bullQueues } from '../../test/bull-queues.ts';
import { bullmqQueue } from './bullmq-queue.ts';

const open = bullQueues('bull-telling');

describe('tells what it does as every queue of ours', () => {
  test('in metrics', async () => {
    const meter = new RecordingMeter();
    const queue = open({ meter, maxAttempts: 2 });
    const labels = { queue: queue.name, type: 'task' };
    await queue.add('task', 'ok', { id: 'a' });
    await queue.add('task', 'ok', { id: 'a' });
    await queue.add('task', 'bad', { backoff: { kind: 'constant', ms: 0 }, unique: { key: 'u' } });
    const worker = queue.work(({ data }) => {
      if (data === 'bad') throw new Error('bad');
    });
    await worker.idle();
    await eventually('the last attempt is told', () => {
      return meter.value('xc_queue_settled_total', { ...labels, outcome: 'dead' }) === 1;
    });
    const value = (name: string, more = {}) => meter.value(name, { ...labels, ...more });
    expect([
      value('xc_queue_added_total', { outcome: 'added' }),
      value('xc_queue_added_total', { outcome: 'exists' }),
    ]).toEqual([2, 1]);
    expect(meter.value('xc_queue_unique_total', { queue: queue.name, mode: 'drop', outcome: 'added' })).toBe(1);
    expect(value('xc_queue_started_total')).toBe(3);
    expect([
      value('xc_queue_settled_total', { outcome: 'done' }),
      value('xc_queue_settled_total', { outcome: 'retry' }),
    ]).toEqual([1, 1]);
    expect(meter.value('xc_queue_running', { queue: queue.name })).toBe(0);
    expect(await queue.dead.redrive({ type: 'task' })).toEqual({ redriven: 1, missing: [] });
    expect(meter.value('xc_queue_redriven_total', { queue: queue.name })).toBe(1);
  });

  test('in reasons: a type that nobody handles', async () => {
    const queue = open();
    const { id } = await queue.add('nobody', 1);
    queue.work({ somebody: () => {} }, { unknownType: 'dead' });
    await expect(queue.ref(id).result()).rejects.toMatchObject({ details: { reason: 'unknown-type' } });
    expect((await queue.dead.list({ reason: 'unknown-type' })).jobs).toHaveLength(1);
  });

  test('in slots: those of an interval begin at its anchor, which is the epoch unless it is said', async () => {
    const queue = open();
    for (const when of [
      { everyMs: 60_000 },
      { everyMs: 60_000, anchorMs: 0 },
      { everyMs: 60_000, anchorMs: 120_000 },
    ]) {
      const before = Date.now();
      const view = await queue.schedule('tick', when, 'task', 1);
      expect(view.when).toEqual({ everyMs: 60_000, anchorMs: 0 });
      expect((view.next as number) % 60_000).toBe(0);
      expect(view.next).toBeGreaterThanOrEqual(before);
      await queue.unschedule('tick');
    }
  });
});

test('fails calls in time while Redis is away, and closes', async () => {
  // A port at which nobody ever listens.
  const away = { host: '127.0.0.1', port: 1 };
  const queue = bullmqQueue('away', { bullmq, connection: away, deadlineMs: 100 });
  const unavailable = { code: 'XC_QUEUE_UNAVAILABLE', retryable: true, details: { deadlineMs: 100 } };
  await expect(queue.add('task', 1, { id: 'asked' })).rejects.toMatchObject(unavailable);
  await expect(queue.pause()).rejects.toMatchObject(unavailable);
  await expect(queue.inspect('1')).rejects.toMatchObject(unavailable);
  await expect(queue.dead.list()).rejects.toMatchObject(unavailable);
  await expect(queue.ref('1').result()).rejects.toMatchObject(unavailable);
  expect(await queue.probe().check(new AbortController().signal)).toMatchObject({ status: 'down' });
  await queue.close({ graceMs: 0 });
});
