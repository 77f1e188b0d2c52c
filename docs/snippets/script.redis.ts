import assert from 'node:assert/strict';
import { connectRedis, defineScript, runScript } from '@xc/redis';

const take = defineScript<[limit: number, windowMs: number], boolean>({
  name: 'take',
  keys: 1,
  lua: `
    local used = redis.call('INCR', KEYS[1])
    if used == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
    return used <= tonumber(ARGV[1]) and 1 or 0`,
  parse: (raw) => raw === 1,
});

export async function show(url: string): Promise<void> {
  const client = connectRedis(url, { name: 'guide' });

  const allowed: boolean[] = [];
  for (let call = 0; call < 4; call += 1) {
    allowed.push(
      await runScript(client, take, ['guide:{ada}'], [3, 60_000], {
        deadlineMs: 1_000,
      }),
    );
    // The server forgets the script; nothing is lost.
    await client.script('FLUSH');
  }
  assert.deepEqual(allowed, [true, true, true, false]);

  client.disconnect();
}
