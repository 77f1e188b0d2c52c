// Nothing but the calls themselves holds this process open.
import { isXcError } from '@xc/core';
import { connectRedis, defineScript, redisBus, runCommand, runScript } from '@xc/redis';
import { Redis } from 'ioredis';

const [way = '', port = '1'] = process.argv.slice(2);
const show = (error: unknown): void => console.log(isXcError(error) ? error.code : String(error));
const ping = defineScript({ name: 'ping', lua: `return 'PONG'`, keys: 0, parse: String });
const soon = { deadlineMs: 300 };

if (way === 'disconnected') {
  const client = connectRedis('redis://127.0.0.1:1');
  await runCommand(client, () => client.get('x'), { name: 'GET', ...soon }).catch(() => {});
  client.disconnect();
  for (let call = 0; call < 2; call += 1) {
    await runCommand(client, () => client.get('x'), { name: 'GET', ...soon }).catch(show);
    await runScript(client, ping, [], [], soon).catch(show);
  }
} else if (way === 'disconnected while it waits') {
  const client = new Redis(1, '127.0.0.1', { retryStrategy: () => 60_000 });
  client.on('error', () => {}).on('reconnecting', () => client.disconnect());
  // Longer than the library gives the socket to say goodbye.
  await runScript(client, ping, [], [], { deadlineMs: 3_000 }).catch(show);
} else if (way === 'disconnected after it was sent') {
  const client = new Redis(Number(port), '127.0.0.1', { retryStrategy: () => 60_000 });
  client.on('error', () => {}).on('reconnecting', () => client.disconnect());
  await runCommand(client, () => client.ping(), { name: 'PING', deadlineMs: 5_000 });
  // Nobody pushes anything: no answer, neither before the connection is lost nor after. Longer than the library gives the
  // socket to say goodbye.
  const answer = runCommand(client, () => client.blpop('nobody', 0), { name: 'BLPOP', deadlineMs: 3_500 });
  setTimeout(() => client.stream.destroy(), 50);
  await answer.catch(show);
  await Promise.all([1, 2].map(() => runCommand(client, () => client.get('x'), { name: 'GET', ...soon }).catch(show)));
} else {
  const client = connectRedis('redis://127.0.0.1:1');
  client.disconnect();
  const bus = redisBus(client, soon);
  await bus.subscribe('news', { message() {}, gap() {} }).catch(show);
}
console.log('end');
