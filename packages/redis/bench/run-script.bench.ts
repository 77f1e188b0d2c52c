import { Redis } from 'ioredis';
import type { Bench, Case } from '../../../bench/case.ts';
import { defineScript, runCommand, runScript, runScripts } from '../src/index.ts';
import { startBenchServer } from './bench-server.ts';
import { inTurns } from './in-turns.ts';

const script = defineScript({
  name: 'take',
  lua: `return redis.call('INCRBY', KEYS[1], ARGV[1])`,
  keys: 1,
  parse: (raw) => raw as number,
});
const CALLERS = 64;

/** What a script costs under our deadline, beside the bare command of the client library on the same connection. */
const bench: Bench = {
  name: 'run-script',
  async run() {
    await using server = await startBenchServer();
    const client = new Redis(server.port);
    try {
      await runScript(client, script, ['{bench}:key'], [1], { deadlineMs: 5_000 });
      return await measure(client);
    } finally {
      client.disconnect();
    }
  },
};

export default bench;

async function measure(client: Redis): Promise<Case[]> {
  const { signal } = new AbortController();
  const key = '{bench}:key';
  const bare = (): Promise<unknown> => client.evalsha(script.sha, 1, key, 1);
  const ours = (): Promise<unknown> => runScript(client, script, [key], [1], { deadlineMs: 250 });
  const withSignal = (): Promise<unknown> => runScript(client, script, [key], [1], { deadlineMs: 250, signal });
  const batch = Array.from({ length: CALLERS }, () => ({ script, keys: [key], args: [1] }));

  const all = (call: () => Promise<unknown>) => () => Promise.all(Array.from({ length: CALLERS }, call));
  const one = await inTurns({ bare, ours, withSignal }, 40);
  const many = await inTurns({ bare: all(bare), ours: all(ours), withSignal: all(withSignal) }, 4);
  const together = await inTurns(
    {
      bare: () => batch.reduce((pipeline) => pipeline.evalsha(script.sha, 1, key, 1), client.pipeline()).exec(),
      ours: () => runScripts(client, batch, { deadlineMs: 250 }),
    },
    4,
  );
  const get = await inTurns(
    {
      bare: () => client.get(key),
      ours: () => runCommand(client, () => client.get(key), { name: 'GET', deadlineMs: 250 }),
    },
    40,
  );
  return [
    { name: 'one caller', unit: 'us', value: one.ours, peers: { evalsha: one.bare } },
    { name: 'one caller, ratio', unit: 'ratio', value: one.ours / one.bare },
    { name: 'one caller with a signal, ratio', unit: 'ratio', value: one.withSignal / one.bare },
    { name: '64 callers', unit: 'us', value: many.ours / CALLERS, peers: { evalsha: many.bare / CALLERS } },
    { name: '64 callers, ratio', unit: 'ratio', value: many.ours / many.bare },
    { name: '64 callers with a signal, ratio', unit: 'ratio', value: many.withSignal / many.bare },
    { name: '64 in one round trip, ratio to pipeline', unit: 'ratio', value: together.ours / together.bare },
    { name: 'plain GET, ratio', unit: 'ratio', value: get.ours / get.bare },
  ];
}
