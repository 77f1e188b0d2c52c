import type { FlowReply, FlowRequest } from '../engine/engine-controls.ts';
import { refuseSharedIds } from '../flows/shared-ids.ts';
import { setExpiry } from './add-entry.ts';
import type { Flow, FlowNode } from './flow-graph.ts';
import type { MemoryJob } from './memory-job.ts';
import type { MemoryQueue } from './memory-queue.ts';

/** Adds a graph of jobs in one step. The same flow again is the same flow. */
export function addFlow(queue: MemoryQueue, request: FlowRequest, now: number, vacancies: number): FlowReply {
  const { life } = queue;
  refuseSharedIds(request.nodes);
  const known = request.id === undefined ? undefined : life.flows.flows.get(request.id);
  if (known !== undefined) return { id: known.id, outcome: 'exists', jobs: named(known) };
  const id = request.id ?? queue.newId();
  for (const { name, entry } of request.nodes) {
    life.room.lane(entry.record.lane);
    if (entry.id !== undefined && life.jobs.has(entry.id)) {
      throw new RangeError(`id of node ${name} must be of no other job, got ${entry.id}`);
    }
  }
  if (vacancies < request.nodes.length) return { id, outcome: 'full', jobs: [] };
  const flow: Flow<MemoryJob> = { id, nodes: [], present: request.nodes.length };
  life.flows.flows.set(id, flow);
  for (const node of request.nodes) flow.nodes.push(addNode(queue, flow, node, now));
  request.nodes.forEach(({ after }, index) => {
    const to = flow.nodes[index] as FlowNode<MemoryJob>;
    for (const { node, on } of after) {
      const edge = { from: flow.nodes[node] as FlowNode<MemoryJob>, to, on, met: false };
      edge.from.before.push(edge);
      to.after.push(edge);
      to.unmet += 1;
    }
  });
  return { id, outcome: 'added', jobs: named(flow) };
}

function addNode(
  queue: MemoryQueue,
  flow: Flow<MemoryJob>,
  spec: FlowRequest['nodes'][number],
  now: number,
): FlowNode<MemoryJob> {
  const { name, entry, after } = spec;
  const { delayMs, dueAt } = entry;
  const due = dueAt ?? now + delayMs;
  const open = due > now ? 'add-delayed' : 'add';
  const job = queue.life.add(
    entry.id ?? queue.newId(),
    entry.record,
    now,
    after.length > 0 ? 'add-blocked' : open,
    due,
  );
  const node: FlowNode<MemoryJob> = {
    flow,
    name,
    job,
    after: [],
    before: [],
    unmet: 0,
    delayMs,
    dueAt,
    outcome: undefined,
  };
  job.facts().node = node;
  setExpiry(queue, job, entry.expiresInMs, now);
  return node;
}

function named(flow: Flow<MemoryJob>): FlowReply['jobs'] {
  return flow.nodes.map(({ name, job }) => ({ name, id: job.id }));
}
