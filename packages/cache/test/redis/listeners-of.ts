import type { Redis } from 'ioredis';

/** The ids of all connections that listen and were made with the settings of this client, which has a name of its own. */
export async function listenersOf(client: Redis): Promise<readonly string[]> {
  const name = ` name=${client.options.connectionName} `;
  const lines = String(await client.client('LIST')).split('\n');
  return lines.flatMap((line) => {
    const listens = line.includes(name) && /(?: sub=[1-9]| cmd=xread)/.test(line);
    return listens ? [/^id=(\d+)/.exec(line)?.[1] as string] : [];
  });
}

/** Ends all of them, from the side of the server. */
export async function killListeners(client: Redis): Promise<void> {
  for (const id of await listenersOf(client)) await client.client('KILL', 'ID', id);
}
