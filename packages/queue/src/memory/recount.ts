import { waiting } from './bulk-changes.ts';
import { Gcra } from './gcra.ts';
import type { KeyGroup } from './key-group.ts';
import type { MemoryJob } from './memory-job.ts';
import type { MemoryQueue } from './memory-queue.ts';

/** Recounts every derived fact of a queue; one sentence for each that does not agree. */
export function recount(queue: MemoryQueue): string[] {
  const wrong: string[] = [];
  const check = (holds: boolean, sentence: string): void => {
    if (!holds) wrong.push(sentence);
  };
  const places = checkPlaces(queue, check);
  checkSizes(queue, places, check);
  for (const group of queue.life.room.groups.values()) checkKey(queue, group, check);
  checkUniques(queue, check);
  checkFlows(queue, check);
  return wrong;
}

type Check = (holds: boolean, sentence: string) => void;

function* everywhere(queue: MemoryQueue): Generator<readonly [string, MemoryJob], void> {
  const { delayed, blocked, leases, shelves } = queue.life;
  for (const job of waiting(queue)) yield ['waiting', job];
  for (const job of delayed) yield ['delayed', job];
  for (const job of blocked) yield ['blocked', job];
  for (const job of leases) yield ['active', job];
  for (const [name, shelf] of Object.entries(shelves)) for (const job of shelf.jobs) yield [name, job];
}

/** Each record stands in exactly one place, and no place names a job without record. */
function checkPlaces(queue: MemoryQueue, check: Check): Map<string, number> {
  const { jobs } = queue.life;
  const seen = new Map<string, string>();
  const sizes = new Map<string, number>();
  for (const [place, job] of everywhere(queue)) {
    const { id } = job;
    check(jobs.get(id) === job, `${place} names job ${id}, of which there is no record`);
    check(!seen.has(id), `job ${id} stands in ${seen.get(id)} and in ${place}`);
    const state = job.state === 'marked' ? 'active' : job.state;
    check(state === place, `job ${id} is ${state} and stands in ${place}`);
    check((job.fence !== 0) === (place === 'active'), `job ${id} in ${place} has fence ${job.fence}`);
    seen.set(id, place);
    sizes.set(place, (sizes.get(place) ?? 0) + 1);
  }
  for (const id of jobs.keys()) check(seen.has(id), `job ${id} stands nowhere`);
  return sizes;
}

function checkSizes(queue: MemoryQueue, places: ReadonlyMap<string, number>, check: Check): void {
  const { room, leases, blocked, delayed, jobs, totals, removed } = queue.life;
  const sizes = { waiting: room.size, active: leases.size, blocked: blocked.size, delayed: delayed.size };
  for (const [place, size] of Object.entries(sizes)) {
    const real = places.get(place) ?? 0;
    check(size === real, `${place} counts ${size} jobs, there are ${real}`);
  }
  check(
    totals.added === jobs.size + removed,
    `${totals.added} jobs were added, ${jobs.size} are here, ${removed} are removed`,
  );
}

/** Its leases are those of its jobs; it has a turn if and only if a job waits, there is room, and nothing makes it wait. */
function checkKey(queue: MemoryQueue, group: KeyGroup, check: Check): void {
  const { room, leases, delayed } = queue.life;
  const { key, active, holds, jobs, list, dueIndex } = group;
  let [held, waits] = [0, 0];
  for (const job of leases) if (job.record.key === key) held += 1;
  for (const job of delayed) if (job.holdsKey && job.record.key === key) waits += 1;
  check(active === held, `key ${key} counts ${active} leases, there are ${held}`);
  check(holds === waits, `key ${key} counts ${holds} jobs to wait for, there are ${waits}`);
  const { concurrency, rate } = room.limits;
  const ready = jobs.head !== undefined && active < concurrency && holds === 0;
  const inTime = rate === undefined || new Gcra(rate).nextAt(group.arrival) <= queue.now();
  check(list === undefined || ready, `key ${key} has a turn, and no job or no room`);
  // Time may have passed since the last step: then it still stands among those that wait.
  check(!(ready && inTime) || list !== undefined || dueIndex >= 0, `key ${key} has no turn, and a job and room`);
  if (list !== undefined && jobs.head !== undefined) {
    check(list === room.lanes.get(jobs.head.record.lane), `the turn of key ${key} is not in the lane of its next job`);
  }
  check(jobs.size + active + holds > 0 || dueIndex >= 0, `key ${key} is kept for nothing`);
}

function checkUniques(queue: MemoryQueue, check: Check): void {
  const { uniques, jobs } = queue.life;
  const now = queue.now();
  for (const holder of uniques) {
    const { job, key, mode, dueIndex, dueAt } = holder;
    const open = jobs.get(job.id) === job && job.settledAt === undefined;
    const throttle = mode === 'throttle' && dueIndex >= 0;
    check(open || throttle || (dueIndex >= 0 && dueAt <= now), `unique key ${key} is held by settled job ${job.id}`);
  }
}

function checkFlows(queue: MemoryQueue, check: Check): void {
  const { flows, blocked } = queue.life;
  for (const { id, nodes, present } of flows.flows.values()) {
    const there = nodes.filter(({ job }) => job.state !== 'absent').length;
    check(present === there, `flow ${id} counts ${present} jobs, there are ${there}`);
    for (const { name, after, unmet, job } of nodes) {
      const open = after.filter(({ met }) => !met).length;
      check(unmet === open, `node ${name} of flow ${id} counts ${unmet} unmet edges, there are ${open}`);
      check(job.state !== 'blocked' || unmet > 0, `node ${name} of flow ${id} is blocked and has no unmet edge`);
    }
  }
  for (const { id, rare } of blocked) check(rare?.node !== undefined, `job ${id} is blocked and in no flow`);
}
