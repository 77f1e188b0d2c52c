import { once } from 'node:events';
import { MessageChannel } from 'node:worker_threads';
import { spawnWorker } from '@xc/test-support';
import { expect, onTestFinished, test } from 'vitest';
import { clusterPort } from './cluster-port.ts';
import { messagePort } from './message-port.ts';

interface Seen {
  readonly work: number;
  readonly up: number;
  readonly workers: number;
  readonly missing: number;
  readonly tookMs: number;
}

/** A program of several workers that does as it is told and says what it sees then. */
async function startProgram(file: string) {
  const program = await spawnWorker<object, unknown>(new URL(`../../test/workers/${file}`, import.meta.url));
  onTestFinished(() => program[Symbol.asyncDispose]());
  await program.next();
  return async (order: object) => {
    await program.send(order);
    return (await program.next()) as Seen;
  };
}

test('adds up worker threads, goes on without one that hangs, and keeps the total of one that is terminated', async () => {
  const tell = await startProgram('threads.ts');
  expect(await tell({})).toEqual({ work: 111, up: 3, workers: 3, missing: 0 });
  expect(await tell({ block: 0 })).toEqual({ work: 111, up: 2, workers: 3, missing: 1 });
  expect(await tell({ terminate: 0 })).toEqual({ work: 111, up: 2, workers: 2, missing: 0 });
});

test('lets a thread end that stops to answer, or lets go of its port', async () => {
  const tell = await startProgram('threads.ts');
  expect(await tell({ ends: 'stop' })).toEqual({ code: 0 });
  expect(await tell({ ends: 'unref' })).toEqual({ code: 0 });
});

test('lets go of a port, and leaves the listeners of others alone', async () => {
  const { port1, port2 } = new MessageChannel();
  onTestFinished(() => port1.close());
  const seen: unknown[] = [];
  const stop = messagePort(port1).receive((message) => seen.push(message));
  const others: unknown[] = [];
  port1.on('message', (message) => others.push(message));
  messagePort(port2).send({ a: 1 });
  await once(port1, 'message');
  stop();
  messagePort(port2).send({ a: 2 });
  await once(port1, 'message');
  expect([seen, others]).toEqual([[{ a: 1 }], [{ a: 1 }, { a: 2 }]]);
});

test('adds up a cluster while one process is stopped, and after one was killed', async () => {
  const tell = await startProgram('cluster.ts');
  expect(await tell({})).toMatchObject({ work: 111, up: 3, workers: 3, missing: 0 });
  const stopped = await tell({ signal: 'SIGSTOP', worker: 1 });
  expect(stopped).toMatchObject({ work: 111, up: 2, workers: 3, missing: 1 });
  expect(stopped.tookMs).toBeGreaterThan(900);
  expect(await tell({ signal: 'SIGCONT', worker: 1 })).toMatchObject({ work: 111, up: 3, missing: 0 });
  expect(await tell({ signal: 'SIGKILL', worker: 2 })).toMatchObject({ work: 111, up: 2, workers: 2, missing: 0 });
});

test('refuses what is no port', () => {
  expect(() => messagePort({} as never)).toThrow('port must be a MessagePort or a Worker, got object');
  expect(() => clusterPort({} as never)).toThrow('clusterPort needs a cluster worker, or the process of one');
});
