import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import type { QueuePolicy } from '../../engine/queue-policy.ts';
import type { LeasedJob } from '../../engine/step-reply.ts';
import {
  type JobTrigger,
  type MachineState,
  type Transition,
  transition,
  transitions,
} from '../../state/transitions.ts';
import type { EngineFixture } from '../engine-fixture.ts';
import type { EngineCase } from './engine-case.ts';
import { done, EngineRig, entryOf, type JobWish, nack, release, snooze } from './engine-rig.ts';

/** Every row of the table, and every pair that is not in it, driven from outside on a job called j. */
export const tableCases: readonly EngineCase[] = [
  ...transitions.map((row) => caseOf(`moves a job that is ${row.from} on ${row.on} to ${row.to}`, {}, row, checkRow)),
  ...(['absent', 'blocked', 'delayed', 'waiting', 'active', 'marked', 'done', 'dead', 'cancelled'] as const).map(
    (from) =>
      caseOf(`refuses what is not in the table of a job that is ${from}, and changes nothing`, {}, from, refuse),
  ),
];

const FAR = 60_000;
const SHORT = 60;
const plain = { reason: undefined, type: undefined, max: undefined, lane: undefined, by: undefined, cursor: undefined };

function caseOf<Subject>(
  name: string,
  policy: Partial<QueuePolicy>,
  subject: Subject,
  check: (rig: EngineRig, subject: Subject) => Promise<void>,
): EngineCase {
  return {
    name,
    async run(fixture: EngineFixture) {
      const rig = new EngineRig(fixture);
      try {
        rig.open({ ...policy, ...policyOf(subject as Transition) });
        await check(rig, subject);
        await rig.checkAudit();
      } finally {
        await rig.close();
      }
    },
  };
}

function policyOf({ on }: Partial<Transition>): Partial<QueuePolicy> {
  if (on === 'lease-end-last') return { maxLostLeases: 1 };
  return on === 'retain' ? { keep: { done: { maxAgeMs: SHORT }, dead: { maxAgeMs: SHORT } } } : {};
}

async function checkRow(rig: EngineRig, row: Transition): Promise<void> {
  const lease = await bringTo(rig, row.from, row.on);
  const before = await rig.find('j');
  await happen(rig, row.on, lease);
  const after = await rig.find('j');
  if (row.to === 'absent') {
    strictEqual(after, undefined);
    return;
  }
  ok(after, 'the job is there');
  strictEqual(after.state, row.to === 'marked' ? 'active' : row.to);
  if (row.reason !== undefined) strictEqual(after.reason, row.reason);
  if (before === undefined || row.on.startsWith('redrive')) return;
  strictEqual(after.attempt - before.attempt, row.burnsAttempt ? 1 : 0, 'attempts');
  strictEqual(after.delivery - before.delivery, row.on === 'lease' ? 1 : 0, 'deliveries');
  strictEqual(after.lostLeases - before.lostLeases, row.countsLoss ? 1 : 0, 'lost leases');
}

/** Brings the job into a state, in such a way that the trigger can come; returns its lease where it has one. */
async function bringTo(rig: EngineRig, from: MachineState, on: JobTrigger): Promise<LeasedJob | undefined> {
  const wish: JobWish = { id: 'j', ...(on === 'expire' ? { expiresInMs: SHORT } : {}) };
  switch (from) {
    case 'absent':
      return undefined;
    case 'blocked':
      await addFlow(rig, on === 'edges-met-delayed' ? { delayMs: FAR } : {});
      return undefined;
    case 'delayed':
      await rig.add({ ...wish, delayMs: FAR });
      return undefined;
    case 'waiting':
      await rig.add(wish);
      return undefined;
    case 'active':
    case 'marked': {
      await rig.add(wish);
      const lease = await rig.takeOne({ leaseMs: on.startsWith('lease-end') ? SHORT : FAR });
      if (from === 'marked') strictEqual(await rig.cancel('j'), 'requested');
      return lease;
    }
    case 'done':
      await rig.add(wish);
      await rig.ack(await rig.takeOne());
      return undefined;
    case 'dead':
      if (on === 'redrive-blocked') {
        await addFlow(rig);
        await rig.settle(nack(await rig.takeOne(), { dead: 'discarded' }));
      } else {
        await rig.add(wish);
        await rig.settle(nack(await rig.takeOne(), { dead: 'discarded' }));
      }
      return undefined;
    case 'cancelled':
      await rig.add(wish);
      await rig.cancel('j');
      return undefined;
  }
}

async function addFlow(rig: EngineRig, wish: JobWish = {}): Promise<void> {
  const after = [{ node: 0, on: 'success' as const }];
  const nodes = [
    { name: 'before', entry: entryOf({}), after: [] },
    { name: 'j', entry: entryOf({ ...wish, id: 'j' }), after },
  ];
  await rig.control('flow', { id: undefined, nodes });
}

async function happen(rig: EngineRig, on: JobTrigger, lease: LeasedJob | undefined): Promise<void> {
  const trigger = triggers[on];
  if (typeof trigger !== 'function') throw new Error(`no way to bring ${on} about`);
  await trigger(rig, lease as LeasedJob);
}

async function shift(rig: EngineRig, delayMs: number): Promise<void> {
  strictEqual(await rig.control('update', { id: 'j', data: undefined, lane: undefined, delayMs }), 'updated');
}

async function redrive(rig: EngineRig): Promise<void> {
  await rig.control('redrive', { ids: ['j'], forget: false, withDependents: false, ...plain });
}

const pass = (rig: EngineRig): Promise<void> => rig.pass(SHORT + 20);

const triggers: Readonly<Record<JobTrigger, (rig: EngineRig, lease: LeasedJob) => Promise<unknown>>> = {
  add: (rig) => rig.add({ id: 'j' }),
  'add-delayed': (rig) => rig.add({ id: 'j', delayMs: FAR }),
  'add-blocked': (rig) => addFlow(rig),
  'edges-met': async (rig) => rig.ack(await rig.takeOne()),
  'edges-met-delayed': async (rig) => rig.ack(await rig.takeOne()),
  'edge-broken': async (rig) => rig.settle(nack(await rig.takeOne(), { dead: 'discarded' })),
  cancel: (rig) => rig.cancel('j'),
  due: (rig) => shift(rig, 0),
  'put-off': (rig) => shift(rig, FAR),
  expire: async (rig) => {
    await pass(rig);
    deepStrictEqual(await rig.take(1), []);
  },
  lease: (rig) => rig.takeOne(),
  ack: (rig, lease) => rig.settle(done(lease)),
  nack: (rig, lease) => rig.settle(nack(lease, { delayMs: FAR })),
  'nack-now': (rig, lease) => rig.settle(nack(lease)),
  'nack-last': (rig, lease) => rig.settle(nack(lease, { maxAttempts: 1 })),
  discard: (rig, lease) => rig.settle(nack(lease, { dead: 'discarded' })),
  snooze: (rig, lease) => rig.settle(snooze(lease, FAR)),
  'snooze-now': (rig, lease) => rig.settle(snooze(lease, 0)),
  release: (rig, lease) => rig.settle(release(lease)),
  'release-later': (rig, lease) => rig.settle(release(lease, FAR)),
  'lease-end': pass,
  'lease-end-last': pass,
  redrive,
  'redrive-blocked': redrive,
  retain: pass,
  remove: (rig) => rig.control('remove', { id: 'j' }),
};

async function refuse(rig: EngineRig, from: MachineState): Promise<void> {
  const lease = await bringTo(rig, from, 'add');
  const before = await rig.find('j');
  const stale = lease ?? { id: 'j', fence: 1, shard: 0 };
  const wrong = { ...stale, fence: stale.fence + 1 } as LeasedJob;
  deepStrictEqual(await rig.settle(done(wrong), nack(wrong), snooze(wrong, 1), release(wrong)), [
    'lost',
    'lost',
    'lost',
    'lost',
  ]);
  if (transition(from, 'cancel') === undefined) {
    strictEqual(await rig.cancel('j'), from === 'absent' ? 'missing' : 'settled');
  }
  if (transition(from, 'remove') === undefined) {
    strictEqual(await rig.control('remove', { id: 'j' }), from === 'absent' ? 'missing' : 'active');
  }
  if (transition(from, 'redrive') === undefined) {
    const reply = await rig.control('redrive', { ids: ['j'], forget: false, withDependents: false, ...plain });
    deepStrictEqual([reply.redriven, reply.missing], [0, ['j']]);
  }
  if (from !== 'dead') {
    const { removed } = await rig.control('drop', {
      ids: ['j'],
      reason: undefined,
      type: undefined,
      olderThanMs: undefined,
    });
    strictEqual(removed, 0);
  }
  if (transition(from, 'lease') === undefined && from !== 'blocked') deepStrictEqual(await rig.take(1), []);
  deepStrictEqual(await rig.find('j'), before);
}
