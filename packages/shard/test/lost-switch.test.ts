import { afterEach, expect, test } from 'vitest';
import { createRouter, type Router } from '../src/index.ts';
import { historyChecker, type MemoryClient, type MemoryShardsOptions } from '../src/testing/index.ts';
import { losingStores } from './losing-stores.ts';
import { closeMovers, firstTopology, moverOf, movingWorld, partitioner } from './moving-world.ts';

afterEach(closeMovers);

const JOB = 'job';
const forms: readonly Pick<MemoryShardsOptions, 'capture' | 'fencing'>[] = [
  { capture: 'log', fencing: 'data' },
  { capture: 'mirror', fencing: 'data' },
];

/** A moved partition, written at its new owner, whose switch the topology has lost since. */
async function lostWorld({ form = {}, losses = 1, withJournal = true }: Partial<Case> = {}) {
  const losing = losingStores(firstTopology());
  const { store, journal } = losing;
  const world = await movingWorld(form, { store });
  const history = historyChecker();
  const write = (router: Router<MemoryClient>, key: string, value: unknown) =>
    world.settled(
      history.write(key, value, () =>
        router.write(key, (client) => (value === undefined ? client.delete(key) : client.put(key, value))),
      ),
    );
  for (let id = 0; id < 10; id += 1) await write(world.router, `0:${id}`, 'old');
  const mover = moverOf(world, { store, journal, batchRows: 2 });
  const report = await world.settled(mover.run(await world.plan([0, 'c']), { jobId: JOB }));
  expect(report.moves).toMatchObject([{ phase: 'reversible' }]);
  await world.settled(Promise.resolve(mover[Symbol.asyncDispose]()));
  await world.router.refresh();
  for (const id of [1, 2, 3]) await write(world.router, `0:${id}`, 'at the new owner');
  await write(world.router, '0:added', 'at the new owner');
  await write(world.router, '0:4', undefined);
  await losing.lose(losses, withJournal);
  return { world, losing, history, write, mover: () => moverOf(world, { store, journal, batchRows: 2 }) };
}

interface Case {
  readonly form: Pick<MemoryShardsOptions, 'capture' | 'fencing'>;
  readonly losses: number;
  readonly withJournal: boolean;
}

type Lost = Awaited<ReturnType<typeof lostWorld>>;

/** Every acknowledged write is there, once, and `repair` finds nothing. */
async function check({ world, history, mover }: Lost): Promise<void> {
  const { owners } = await world.router.refresh();
  const rows = ['a', 'b', 'c', 'd'].flatMap((shard) =>
    Object.entries(world.rows(shard, 0)).map(([key, value]) => ({ shard, key, value })),
  );
  history.check({ rows, ownerOf: (key) => owners[partitioner.of(key)] as string });
  expect((await mover().repair()).findings).toEqual([]);
}

const cases = forms.flatMap((form) =>
  [1, 2, 3].flatMap((losses) => [true, false].map((withJournal) => ({ form, losses, withJournal }))),
);

test.each(cases)(
  'a job goes on after the topology has lost a switch, and keeps what was acknowledged since: %o',
  async (lossy) => {
    const lost = await lostWorld(lossy);
    const { world, mover } = lost;
    const resumed = await world.settled(mover().resume(JOB));
    expect(resumed).toMatchObject({ ok: true, moves: [{ phase: 'reversible', differences: 0 }] });
    await world.settled(mover().finish(JOB, { force: true }));
    await check(lost);
  },
);

test.each(cases.filter(({ form }) => form.capture === 'log'))(
  'so it does after routers have opened the fence of the old owner, whose writes are the later ones: %o',
  async (lossy) => {
    const lost = await lostWorld(lossy);
    const { world, losing, mover, write } = lost;
    const connect = world.shards.connect;
    await using router = await createRouter<MemoryClient>({
      ...{ partitioner, store: losing.store, connect, clock: world.clock, healFenceMs: 400, bufferMs: 2_000 },
    });
    for (const key of ['0:1', '0:4', '0:5']) await write(router, key, 'at the old owner');
    await write(router, '0:2', undefined);
    expect(world.rows('a', 0)).toMatchObject({ '0:1': 'at the old owner', '0:3': 'old' });
    const resumed = await world.settled(mover().resume(JOB));
    expect(resumed).toMatchObject({ ok: true, moves: [{ phase: 'reversible' }] });
    await world.settled(mover().finish(JOB, { force: true }));
    await check(lost);
  },
);

test('a job that is aborted then empties the target after what was written there has come home', async () => {
  const lost = await lostWorld();
  const { world, mover } = lost;
  const aborted = await world.settled(mover().abort(JOB));
  expect(aborted).toMatchObject({ ok: true, moves: [{ phase: 'aborted' }] });
  await check(lost);
  expect(world.rows('a', 0)).toMatchObject({ '0:1': 'at the new owner', '0:added': 'at the new owner' });
  expect(world.rows('c', 0)).toEqual({});
});

test('a reversal whose switch is lost keeps what was written at the source since', async () => {
  const lost = await lostWorld({ losses: 0 });
  const { world, losing, mover, write } = lost;
  const { store, journal } = losing;
  const stopCapture = () => Promise.reject(new Error('away'));
  const reversing = moverOf(world, { store, journal, adapter: { ...world.shards.adapter, stopCapture } });
  const report = await world.settled(reversing.reverse(JOB));
  expect(report).toMatchObject({ ok: false, moves: [{ phase: 'failed', error: { message: 'away' } }] });
  const { owners } = await world.router.refresh();
  expect(owners[0]).toBe('a');
  await write(world.router, '0:6', 'after the reversal');
  await write(world.router, '0:late', 'after the reversal');
  // The switch, and the beginning of the clean-up.
  await losing.lose(2, true);
  expect((await world.router.refresh()).owners[0]).toBe('c');
  const resumed = await world.settled(mover().resume(JOB));
  expect(resumed).toMatchObject({ ok: true, moves: [{ phase: 'reversed', differences: 0 }] });
  await check(lost);
});

test.each(['finish', 'reverse'] as const)(
  'a job that was cleaned up before the topology lost its switch is refused: %s',
  async (command) => {
    const { world, losing, mover } = await lostWorld({ losses: 0 });
    const ending = mover();
    await world.settled(ending[command](JOB, { force: true }));
    await world.settled(Promise.resolve(ending[Symbol.asyncDispose]()));
    const owner = (await world.router.refresh()).owners[0] as string;
    const rows = world.rows(owner, 0);
    expect(Object.keys(rows)).toHaveLength(10);
    // The end, the beginning of the clean-up, what took the job, and the switch.
    await losing.lose(command === 'finish' ? 4 : 3, true);
    expect((await world.router.refresh()).owners[0]).not.toBe(owner);
    const resumed = await world.settled(mover().resume(JOB));
    expect(resumed).toMatchObject({
      ok: false,
      moves: [{ phase: 'failed', error: { code: 'XC_SHARD_TOPOLOGY_CONFLICT' } }],
    });
    expect(world.rows(owner, 0)).toEqual(rows);
  },
);
