import assert from 'node:assert/strict';

const url = process.env.README_REDIS_URL ?? 'redis://127.0.0.1:6379';

// #region usage
import { connectRedis, defineScript, runScript } from '@xc/redis';

const client = connectRedis(url, { name: 'orders' });

const take = defineScript<[limit: number, windowMs: number], boolean>({
  name: 'take',
  keys: 1,
  lua: `
    local used = redis.call('INCR', KEYS[1])
    if used == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
    return used <= tonumber(ARGV[1]) and 1 or 0`,
  parse: (raw) => raw === 1,
});

// One round trip, and an answer or an XcError within 250 ms, whatever the client is doing.
const allowed = await runScript(client, take, ['readme:limit:{ada}'], [10, 1_000], { deadlineMs: 250 });
// #endregion

assert.equal(allowed, true);
client.disconnect();
