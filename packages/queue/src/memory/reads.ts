import type { Delivered, EngineReads, StoredCounts } from '../engine/engine-reads.ts';
import { pageCursor } from '../option-checks.ts';
import { waiting } from './bulk-changes.ts';
import type { FlowNode } from './flow-graph.ts';
import type { MemoryJob } from './memory-job.ts';
import type { MemoryQueue } from './memory-queue.ts';
import { type Listener, settledJob } from './news.ts';
import { stateOf, storedJob } from './stored-views.ts';

type Reads = {
  readonly [Kind in keyof EngineReads]: (
    queue: MemoryQueue,
    args: EngineReads[Kind]['args'],
    now: number,
    listener: Listener,
  ) => EngineReads[Kind]['reply'];
};

/** What `read` looks up, by kind. */
export const reads: Reads = {
  jobs: ({ life }, { ids }) =>
    ids.map((id) => {
      const job = life.jobs.get(id);
      return job && storedJob(job);
    }),
  list,
  counts,
  schedules: ({ schedules }) => schedules.all(),
  results: ({ life }, { ids, flow }, _, listener) => {
    const nodes = flow === undefined ? undefined : life.flows.flows.get(flow)?.nodes;
    const places = new Map(nodes?.map((node) => [node.job.id, node]));
    return ids.map((id) => {
      const node = places.get(id);
      if (node?.outcome !== undefined) return settledJob({ id, ...node.outcome });
      // To a flow that is gone no job belongs.
      const job = flow === undefined ? life.jobs.get(id) : node?.job;
      if (job === undefined) return { id, state: 'missing' };
      if (job.settledAt !== undefined) return settledJob(job);
      const facts = job.facts();
      facts.watchers ??= new Set();
      facts.watchers.add(listener);
      return undefined;
    });
  },
  dependencies: ({ life }, { id }) => life.jobs.get(id)?.rare?.node?.after.map(({ from }) => delivered(from)) ?? [],
  flow: ({ life }, { id }) => life.flows.flows.get(id)?.nodes.map(delivered),
  health: () => ({ status: 'up' }),
};

function delivered(node: FlowNode<MemoryJob>): Delivered {
  const { name, job, outcome } = node;
  return {
    name,
    id: job.id,
    state: outcome?.state ?? stateOf(job),
    result: outcome?.result,
    error: outcome?.error,
  };
}

function counts(queue: MemoryQueue, { behindKeys = false }: EngineReads['counts']['args'], now: number): StoredCounts {
  const { room, delayed, blocked, leases, shelves, totals } = queue.life;
  const oldest: Record<string, number> = {};
  for (const lane of room.lanes.keys()) {
    const next = room.next(lane);
    if (next !== undefined) oldest[lane] = Math.max(next.addedAt, next.dueAt);
  }
  if (behindKeys) {
    for (const { list, jobs } of room.groups.values()) {
      const head = list === undefined ? jobs.head : undefined;
      if (head === undefined) continue;
      const { lane } = head.record;
      oldest[lane] = Math.min(oldest[lane] ?? Number.POSITIVE_INFINITY, Math.max(head.addedAt, head.dueAt));
    }
  }
  return {
    states: {
      blocked: blocked.size,
      delayed: delayed.size,
      waiting: room.size,
      active: leases.size,
      done: shelves.done.jobs.size,
      dead: shelves.dead.jobs.size,
      cancelled: shelves.cancelled.jobs.size,
    },
    paused: queue.paused,
    totals: { ...totals },
    oldest,
    now,
  };
}

function list(queue: MemoryQueue, args: EngineReads['list']['args']): EngineReads['list']['reply'] {
  const { state, limit, cursor, reason, type } = args;
  const settled = state === 'done' || state === 'dead' || state === 'cancelled';
  const found: MemoryJob[] = [];
  if (cursor !== undefined) pageCursor(cursor, /^\d+$/);
  // Settled jobs by their place in the order of settling, which stays; others by how many were passed.
  let passed = cursor === undefined ? 0 : Number(cursor);
  let skip = settled ? 0 : passed;
  for (const job of settled ? backwards(queue, state) : standing(queue, state)) {
    if (settled && cursor !== undefined && job.until >= passed) continue;
    if (skip-- > 0) continue;
    if ((reason !== undefined && job.reason !== reason) || (type !== undefined && job.record.type !== type)) continue;
    found.push(job);
    if (found.length > limit) break;
  }
  const page = found.slice(0, limit);
  passed = settled ? (page.at(-1)?.until ?? 0) : passed + page.length;
  return { jobs: page.map(storedJob), cursor: found.length > limit ? String(passed) : undefined };
}

function* backwards({ life }: MemoryQueue, state: 'done' | 'dead' | 'cancelled'): Generator<MemoryJob, void> {
  let job = life.shelves[state].jobs.tail;
  while (job !== undefined) {
    yield job;
    job = job.prev as MemoryJob | undefined;
  }
}

function standing(queue: MemoryQueue, state: 'waiting' | 'delayed' | 'blocked' | 'active'): Iterable<MemoryJob> {
  const { life } = queue;
  switch (state) {
    case 'waiting':
      return waiting(queue);
    case 'delayed':
      return [...life.delayed].sort((a, b) => a.dueAt - b.dueAt || a.dueOrder - b.dueOrder);
    case 'blocked':
      return life.blocked;
    case 'active':
      return [...life.leases].sort((a, b) => a.until - b.until || a.fence - b.fence);
  }
}
