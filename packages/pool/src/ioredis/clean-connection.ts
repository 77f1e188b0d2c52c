import type { Redis } from 'ioredis';
import type { ResetContext } from '../pool-factory.ts';
import { hasUnanswered, selectedDatabase, subscriptions } from './redis-connection.ts';

const messages = ['message', 'messageBuffer', 'pmessage', 'pmessageBuffer', 'smessage', 'smessageBuffer'] as const;

/**
 * Makes a connection as good as new for its next owner, in one round trip, and one more for each kind of
 * subscription. RESET of Redis would
 * do it in one as well, and log the connection out.
 *
 * @throws Error when a command has no answer yet: nobody knows when it will.
 */
export async function cleanConnection(client: Redis, context: ResetContext): Promise<void> {
  if (hasUnanswered(client)) throw new Error('a command of the last owner has no answer yet');
  for (const event of messages) client.removeAllListeners(event);
  await unsubscribe(client);
  const { db = 0 } = client.options;
  const [discarded] = await Promise.all([
    client.call('DISCARD').then(
      () => true,
      () => false,
    ),
    client.unwatch(),
    selectedDatabase(client) === db ? undefined : client.select(db),
  ]);
  if (discarded) context.misuse('open-transaction');
}

/** By name and one kind after the other: ioredis waits for ever for an answer that speaks of all kinds at once. */
async function unsubscribe(client: Redis): Promise<void> {
  const [channels, patterns, shards] = [
    subscriptions(client, 'subscribe'),
    subscriptions(client, 'psubscribe'),
    subscriptions(client, 'ssubscribe'),
  ];
  if (channels.length > 0) await client.unsubscribe(...channels);
  if (patterns.length > 0) await client.punsubscribe(...patterns);
  if (shards.length > 0) await client.sunsubscribe(...shards);
}
