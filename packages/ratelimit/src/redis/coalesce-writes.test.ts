import { Writable } from 'node:stream';
import type { RedisClient } from '@xc/redis';
import { expect, test } from 'vitest';
import { coalescedWrites } from './coalesce-writes.ts';

/** A connection that notes its writes: of one chunk each, or of many at once. */
function connection(onTheirWay: number) {
  const writes: string[][] = [];
  const note = (chunks: readonly Buffer[]) => writes.push(chunks.map(String));
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      note([chunk]);
      done();
    },
    writev(chunks, done) {
      note(chunks.map(({ chunk }) => chunk as Buffer));
      done();
    },
  });
  const client = { isCluster: false, stream, commandQueue: { length: onTheirWay } };
  return { client: client as unknown as RedisClient, stream, writes };
}

test('lets the commands of one turn leave together, and each turn by itself', async () => {
  const { client, stream, writes } = connection(1);
  const coalesce = coalescedWrites(client);
  for (const turn of ['a', 'b']) {
    for (const command of ['1', '2', '3']) {
      coalesce();
      stream.write(turn + command);
    }
    await new Promise(setImmediate);
  }
  expect(writes).toEqual([
    ['a1', 'a2', 'a3'],
    ['b1', 'b2', 'b3'],
  ]);
});

test('lets a call that is alone leave at once', () => {
  const { client, stream, writes } = connection(0);
  coalescedWrites(client)();
  stream.write('alone');
  expect(writes).toEqual([['alone']]);
});

test('has nothing to do with a client that is not connected, or that has many connections', () => {
  const { client } = connection(1);
  expect(coalescedWrites({ ...client, stream: undefined } as unknown as RedisClient)).not.toThrow();
  expect(coalescedWrites({ ...client, isCluster: true } as unknown as RedisClient)).not.toThrow();
});
