import { isXcError } from '@xc/core';
import { ManualClock } from '@xc/core/testing';
import { beforeEach, expect, test } from 'vitest';
import { createMailWorker, type MailWorker } from '../src/mail-worker.ts';

let clock: ManualClock;
let sent: string[];
let worker: MailWorker;

beforeEach(() => {
  clock = new ManualClock();
  sent = [];
  worker = createMailWorker({
    clock,
    async deliver({ to }) {
      sent.push(`${to} ${clock.monotonic()}`);
    },
  });
});

const send = (...to: string[]) => Promise.all(to.map((address) => worker.send({ to: address, text: 'hello' })));

test('a mail server gets two letters a second, in order, and the others do not wait for it', async () => {
  const done = send('a@slow', 'b@slow', 'c@slow', 'd@fast');
  await clock.advance(1_000);
  await done;
  expect(sent).toEqual(['a@slow 0', 'd@fast 0', 'b@slow 500', 'c@slow 1000']);
});

test('the provider gets fifty letters a second in all', async () => {
  const done = send(...Array.from({ length: 60 }, (_, index) => `me@server-${index}`));
  await clock.advance(0);
  expect(sent).toHaveLength(50);
  await clock.advance(200);
  await done;
  expect(sent).toHaveLength(60);
});

test('a letter that is taken back leaves the line and costs nothing', async () => {
  const controller = new AbortController();
  const first = send('a@slow');
  const taken = worker.send({ to: 'b@slow', text: 'never mind' }, controller.signal);
  const last = send('c@slow');
  await clock.advance(100);
  controller.abort(new Error('taken back'));
  await expect(taken).rejects.toThrow('taken back');
  await clock.advance(400);
  await Promise.all([first, last]);
  expect(sent).toEqual(['a@slow 0', 'c@slow 500']);
});

test('a letter that cannot leave within five minutes is given back', async () => {
  const letters = Array.from({ length: 602 }, (_, index) => `${index}@slow`);
  const outcomes = letters.map((to) => worker.send({ to, text: 'hello' }).catch((error: Error) => error.message));
  await clock.advance(300_000);
  expect((await Promise.all(outcomes)).filter((outcome) => outcome !== undefined)).toEqual([
    'not within five minutes: domain',
  ]);
  expect(sent).toHaveLength(601);
});

test('on a stop, who still waits hears of it', async () => {
  const waiting = send('a@slow', 'b@slow').catch((error: unknown) => error);
  await clock.advance(0);
  await worker[Symbol.asyncDispose]();
  expect(isXcError(await waiting, 'XC_RATELIMIT_CLOSED')).toBe(true);
  expect(sent).toEqual(['a@slow 0']);
});
