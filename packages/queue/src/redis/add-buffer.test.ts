import { XcError } from '@xc/core';
import { ManualClock } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { turns } from '../../test/turns.ts';
import type { AddEntry, Added, AddReply, AddRequest } from '../engine/add-request.ts';
import { AddBuffer } from './add-buffer.ts';

const away = new XcError('XC_QUEUE_UNAVAILABLE', 'Redis cannot be reached: nothing was done', { retryable: true });

function entry(id: string): AddEntry {
  const none = { key: undefined, scheduledFor: undefined, settings: undefined };
  const record = { type: 't', data: undefined, lane: 'normal', ...none };
  return { id, record, delayMs: 0, dueAt: undefined, expiresInMs: undefined, unique: undefined };
}

function request(...ids: readonly string[]): AddRequest {
  return { request: `of ${ids}`, entries: ids.map(entry) };
}

/** A server: what it was sent, each of which waits for an answer. */
class Server {
  readonly asked: { readonly request: AddRequest; answer(outcome: Error | readonly Added['outcome'][]): void }[] = [];
  readonly refused: [number, unknown][] = [];
  readonly clock = new ManualClock(1_000);

  buffer(most: number): AddBuffer {
    return new AddBuffer(most, {
      clock: this.clock,
      refused: (jobs, why) => void this.refused.push([jobs, why]),
      send: (sent) =>
        new Promise<AddReply>((resolve, reject) => {
          const answer = (outcome: Error | readonly Added['outcome'][]) => {
            if (outcome instanceof Error) return reject(outcome);
            resolve({ jobs: outcome.map((each, at) => ({ id: sent.entries[at]?.id ?? '', outcome: each })), now: 0 });
          };
          this.asked.push({ request: sent, answer });
        }),
    });
  }

  /** The ids of what was sent. */
  get ids(): (string | undefined)[][] {
    return this.asked.map(({ request: { entries } }) => entries.map(({ id }) => id));
  }

  /** Answers what was sent last. */
  async answer(outcome: Error | readonly Added['outcome'][]): Promise<void> {
    this.asked.at(-1)?.answer(outcome);
    await turns();
  }
}

test('sends one request at a time, though more are held meanwhile, and counts each once', async () => {
  const server = new Server();
  const buffer = server.buffer(5);
  buffer.hold(request('a'), away);
  await server.clock.advance(100);
  // On its way for longer than the next try would be off.
  buffer.hold(request('b'), undefined);
  await server.clock.advance(10_000);
  expect(server.ids).toEqual([['a']]);
  await server.answer(['added']);
  expect(server.ids).toEqual([['a'], ['b']]);
  await server.answer(['added']);
  expect(buffer.size).toBe(0);
  for (const id of ['c', 'd', 'e', 'f', 'g']) buffer.hold(request(id), away);
  expect(buffer.size).toBe(5);
  expect(() => buffer.hold(request('h'), away)).toThrow(expect.objectContaining({ code: 'XC_QUEUE_FULL' }));
  const closing = buffer.close();
  await server.answer(away);
  await expect(closing).resolves.toBe(5);
  expect(server.clock.pending).toBe(0);
});

test('tries again after a while what could not be sent, and ends with the try that is on its way when it closes', async () => {
  const server = new Server();
  const buffer = server.buffer(5);
  buffer.hold(request('a'), away);
  await server.clock.advance(100);
  await server.answer(away);
  await server.clock.advance(100);
  expect(server.ids).toEqual([['a'], ['a']]);
  const closing = buffer.close();
  expect(server.asked).toHaveLength(2);
  await server.answer(away);
  await expect(closing).resolves.toBe(1);
  expect(server.clock.pending).toBe(0);
});

test('takes of a request what there is room for, and refuses the rest', () => {
  const buffer = new Server().buffer(3);
  buffer.hold(request('a'), away);
  expect(buffer.hold(request('b', 'c', 'd', 'e'), away).jobs).toEqual([
    { id: 'b', outcome: 'added' },
    { id: 'c', outcome: 'added' },
    { id: 'd', outcome: 'full' },
    { id: 'e', outcome: 'full' },
  ]);
  expect(buffer.size).toBe(3);
});

test('holds on what the queue has no room for, and asks for it again as something new', async () => {
  const server = new Server();
  const buffer = server.buffer(5);
  buffer.hold(request('a', 'b'), away);
  buffer.hold(request('c'), undefined);
  await server.clock.advance(100);
  await server.answer(['added', 'full']);
  expect(buffer.size).toBe(2);
  await server.clock.advance(100);
  expect(server.ids).toEqual([['a', 'b'], ['b']]);
  expect(server.asked[1]?.request.request).not.toBe(server.asked[0]?.request.request);
  await server.answer(['exists']);
  await server.answer(['added']);
  expect(buffer.size).toBe(0);
});

test('tells of jobs that it took and that were refused for good', async () => {
  const server = new Server();
  const buffer = server.buffer(5);
  buffer.hold(request('a', 'b'), away);
  await server.clock.advance(100);
  const why = new XcError('XC_QUEUE_CONFIG_MISMATCH', 'other lanes');
  await server.answer(why);
  expect(server.refused).toEqual([[2, why]]);
  expect(buffer.size).toBe(0);
  await expect(buffer.close()).resolves.toBe(2);
});
