import { inspect } from 'node:util';
import { Redis } from 'ioredis';
import { Redis as Redis5 } from 'ioredis-5';
import { expect, inject, onTestFinished, test } from 'vitest';
import { runCommand } from './run-command.ts';

const SECRET = 'hunter2';

test.each([
  ['ioredis 6', Redis],
  ['ioredis 5', Redis5 as unknown as typeof Redis],
])('shows nothing of the arguments that the server quotes in its answer: %s', async (_, Client) => {
  const client = new Client(inject('redis'), { showFriendlyErrorStack: true });
  onTestFinished(() => client.disconnect());
  const commands: [string, ...(string | Buffer)[]][] = [
    ['SETT', SECRET, 'more'],
    ['SETT', Buffer.from(SECRET)],
    ['SETT', `it's ${SECRET}`, `"${SECRET}"\n`],
    ['CLIENT', SECRET],
    ['CONFIG', 'SET', SECRET, 'x'],
    ['CONFIG', SECRET.toUpperCase()],
    ['CLIENT', `${SECRET}${'x'.repeat(200)}`],
  ];
  for (const [name, ...args] of commands) {
    const send = () => client.call(name, ...args);
    const failure = await runCommand(client, send, { name, deadlineMs: 5_000 }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'XC_REDIS_COMMAND', cause: { name: 'ReplyError' } });
    expect(inspect(failure, { depth: 9, showHidden: true }).toLowerCase()).not.toContain(SECRET);
    expect(String((failure as Error).cause)).toMatch(/ERR .*\*\*\*/s);
  }
});

test('leaves the rest of the answer as it is', async () => {
  const client = new Redis(inject('redis'));
  onTestFinished(() => client.disconnect());
  const send = () => client.call('SETT', SECRET);
  const failure = await runCommand(client, send, { name: 'SETT', deadlineMs: 5_000 }).catch((error: unknown) => error);
  expect(((failure as Error).cause as Error).message).toBe("ERR unknown command 'SETT', with args beginning with: ***");
});
