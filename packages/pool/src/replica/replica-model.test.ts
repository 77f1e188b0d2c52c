import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Database, database } from '../../test/replica/database.ts';
import type { ReadSession } from './read-session.ts';

interface World {
  readonly db: Database;
  readonly sessions: readonly { readonly session: ReadSession; wrote: number }[];
  readonly pending: Promise<unknown>[];
  /** What sessions read that did not hold all that they had written. */
  readonly tooOld: string[];
  /** Terms in which writes ran, in the order in which they began. */
  readonly terms: number[];
}

type Step = { readonly name: string; run(world: World): void | Promise<void> };

const nodes = ['a', 'b', 'c'] as const;
const anyNode = fc.constantFrom(...nodes);
const replica = fc.constantFrom('b', 'c');
const anySession = fc.nat(2);

const step = (name: string, run: Step['run']): Step => ({ name, run });
const onNode = (node: fc.Arbitrary<string>, op: 'pause' | 'replay' | 'stop' | 'start' | 'hang' | 'demote') =>
  node.map((name) => step(`${op} ${name}`, ({ db }) => db.servers[op](name)));

const advance = fc
  .constantFrom(10, 300, 1_000, 4_000)
  .map((ms) => step(`advance ${ms}`, ({ db }) => db.clock.advance(ms)));

const write = anySession.map((index) =>
  step(`write ${index}`, ({ db, sessions, pending, terms }) => {
    const one = sessions[index];
    const writing = db.replicas.write(
      ({ node }) => {
        terms.push(db.state(node).term ?? 0);
        return Number(db.servers.commit(node));
      },
      one === undefined ? {} : { session: one.session },
    );
    // From the moment at which the writer knows of it.
    const known = writing.then((position) => {
      if (one !== undefined) one.wrote = Math.max(one.wrote, position);
    });
    pending.push(known.catch(() => {}));
  }),
);

const read = anySession.map((index) =>
  step(`read ${index}`, ({ db, sessions, pending, tooOld }) => {
    const one = sessions[index];
    if (one === undefined) return;
    const { wrote } = one;
    const reading = db.replicas.read(({ node }) => ({ node, position: Number(db.servers.position(node)) }), {
      session: one.session,
    });
    const check = ({ node, position }: { readonly node: string; readonly position: number }) => {
      if (position < wrote) tooOld.push(`${position} from ${node} after ${wrote}`);
    };
    pending.push(reading.then(check, () => {}));
  }),
);

async function play(steps: readonly Step[], options: Parameters<typeof database>[1], check: (world: World) => void) {
  using db = database('abc', { failoverTimeoutMs: 5_000, probeTimeoutMs: 400, ...options });
  const sessions = Array.from({ length: 2 }, () => ({ session: db.replicas.session(), wrote: 0 }));
  const world: World = { db, sessions, pending: [], tooOld: [], terms: [] };
  for (const { run } of steps) await run(world);
  for (const name of nodes) db.servers.start(name);
  await db.clock.advance(30_000);
  // Whatever happened: everybody has been told, and nothing is lent any more.
  await Promise.all(world.pending);
  await db.clock.advance(500);
  for (const pool of Object.values(db.pools)) expect(pool.stats()).toMatchObject({ inUse: 0, waiting: 0 });
  check(world);
}

test('a session never reads less than it wrote, whatever becomes of the replicas', async () => {
  const steps = fc.array(
    fc.oneof(
      { weight: 4, arbitrary: write },
      { weight: 6, arbitrary: read },
      { weight: 4, arbitrary: advance },
      ...(['pause', 'replay', 'stop', 'start', 'hang'] as const).map((op) => onNode(replica, op)),
    ),
    { minLength: 10, maxLength: 40, size: 'max' },
  );
  await fc.assert(
    fc.asyncProperty(steps, fc.constantFrom(0, 150), (list, waitForReplicaMs) =>
      play(list, { waitForReplicaMs }, ({ tooOld }) => expect(tooOld).toEqual([])),
    ),
    { numRuns: 150 },
  );
});

test('writes never go back to an older term, whatever becomes of the nodes', async () => {
  const promote = fc
    .tuple(anyNode, fc.constantFrom<'follows' | 'hears nothing'>('follows', 'hears nothing'))
    .map(([name, oldOne]) => step(`promote ${name}`, ({ db }) => db.servers.promote(name, { oldOne })));
  // Away for long enough to be given up, and back again.
  const blink = anyNode.map((name) =>
    step(`blink ${name}`, async ({ db }) => {
      db.servers.stop(name);
      await db.clock.advance(2_000);
      db.servers.start(name);
    }),
  );
  const steps = fc.array(
    fc.oneof(
      { weight: 6, arbitrary: write },
      { weight: 4, arbitrary: advance },
      { weight: 2, arbitrary: promote },
      { weight: 4, arbitrary: blink },
      ...(['stop', 'start', 'hang', 'demote'] as const).map((op) => onNode(anyNode, op)),
    ),
    { minLength: 10, maxLength: 40, size: 'max' },
  );
  await fc.assert(
    fc.asyncProperty(steps, (list) =>
      play(list, { ejectAfter: 1, readmitAfter: 1 }, ({ terms }) =>
        expect(terms).toEqual([...terms].sort((one, other) => one - other)),
      ),
    ),
    { numRuns: 150 },
  );
});
