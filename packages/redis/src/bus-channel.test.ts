import { MemoryLogger } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { BusChannel, type Receiver } from './bus-channel.ts';
import { Call } from './call.ts';

test('logs a handler that rejects as one that throws, and goes on with the others', async () => {
  const logger = new MemoryLogger();
  const channel = new BusChannel('news', logger);
  const mistake = new Error('a mistake of the handler');
  const heard: string[] = [];
  const hear = (handlers: Receiver['handlers']): void => {
    const joined = new Call<void>();
    joined.resolve();
    channel.receivers.add({ handlers, joined });
  };
  const rejects = async (): Promise<never> => {
    throw mistake;
  };
  hear({ message: rejects, gap: rejects });
  hear({ message: () => heard.push('message'), gap: () => heard.push('gap') });
  channel.deliver(Buffer.from('x'));
  channel.confirm();
  await new Promise(setImmediate);
  expect(heard).toEqual(['message', 'gap']);
  const line = { level: 'error', message: 'a bus handler threw', fields: { err: mistake, channel: 'news' } };
  expect(logger.lines).toMatchObject([line, line]);
});
