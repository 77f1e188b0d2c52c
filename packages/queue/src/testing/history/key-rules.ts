import { type HistoryEvent, type HistoryViolation, keysOf } from './history-event.ts';

type Rule = (history: readonly HistoryEvent[]) => Iterable<HistoryViolation>;

/** Fences grow: those of a job's starts, and those under which effects of a job (of a key) are accepted. */
export const fenceOrder: Rule = function* (history) {
  const keys = keysOf(history);
  const starts = new Map<string, bigint>();
  const effects = new Map<string, bigint>();
  for (const { id, op, fence, accepted } of history) {
    if (id === undefined || fence === undefined) continue;
    const held = BigInt(fence);
    if (op === 'start') {
      const before = starts.get(id);
      if (before !== undefined && held <= before) {
        yield { rule: 'fence-order', id, message: `job ${id} started under fence ${held} after ${before}` };
      } else starts.set(id, held);
    }
    if (op !== 'effect' || accepted === false) continue;
    const key = keys.get(id);
    const subject = key === undefined ? `job ${id}` : `key ${key}`;
    const before = effects.get(subject);
    if (before !== undefined && held < before) {
      yield {
        rule: 'fence-order',
        id,
        ...(key === undefined ? {} : { key }),
        message: `an effect of ${subject} was accepted under fence ${held} after ${before}`,
      };
    } else effects.set(subject, held);
  }
};

/** Jobs of a key start in the order in which they were added, but for those that are to take another turn: by `seq`, else where one add had ended before the other began. */
export const fifo: Rule = function* (history) {
  const keys = keysOf(history);
  const adds = addsOf(history);
  const seen = new Set<string>();
  const newest = new Map<string, Newest>();
  for (const { id, op } of history) {
    const key = id === undefined ? undefined : keys.get(id);
    if (op !== 'start' || id === undefined || key === undefined || seen.has(id)) continue;
    seen.add(id);
    const add = adds.get(id);
    if (add === undefined || add.unordered) continue;
    const before = newest.get(key) ?? {
      seq: -Infinity,
      seqId: '',
      invoke: -1,
      invokeId: '',
      plainInvoke: -1,
      plainId: '',
    };
    const overtaken = overtakenBy(add, before);
    if (overtaken !== undefined) {
      yield {
        rule: 'fifo',
        id,
        key,
        message: `job ${id} of key ${key} was added before ${overtaken} and started after it`,
      };
    }
    newest.set(key, advance(before, id, add));
  }
};

interface Add {
  readonly invoke: number;
  ok: number;
  seq: number | undefined;
  unordered: boolean;
}

/** The newest of what a key has started: by seq, by begin of the add, and by that among those without seq. */
interface Newest {
  readonly seq: number;
  readonly seqId: string;
  readonly invoke: number;
  readonly invokeId: string;
  readonly plainInvoke: number;
  readonly plainId: string;
}

function addsOf(history: readonly HistoryEvent[]): Map<string, Add> {
  const adds = new Map<string, Add>();
  history.forEach(({ id, op, phase, seq, unordered = false }, index) => {
    if (op !== 'add' || id === undefined) return;
    let add = adds.get(id);
    if (add === undefined) {
      add = { invoke: index, ok: Number.POSITIVE_INFINITY, seq, unordered };
      adds.set(id, add);
    }
    add.seq ??= seq;
    add.unordered ||= unordered;
    if (phase === 'ok' && add.ok === Number.POSITIVE_INFINITY) add.ok = index;
  });
  return adds;
}

function overtakenBy({ seq, ok }: Add, before: Newest): string | undefined {
  if (seq === undefined) return ok < before.invoke ? before.invokeId : undefined;
  if (seq < before.seq) return before.seqId;
  return ok < before.plainInvoke ? before.plainId : undefined;
}

function advance(before: Newest, id: string, { seq, invoke }: Add): Newest {
  const next = { ...before };
  if (seq !== undefined && seq > before.seq) Object.assign(next, { seq, seqId: id });
  if (invoke > before.invoke) Object.assign(next, { invoke, invokeId: id });
  if (seq === undefined && invoke > before.plainInvoke) Object.assign(next, { plainInvoke: invoke, plainId: id });
  return next;
}

/** Of a key one job runs at a time. One whose settle was sent has ended for its worker; one whose worker is gone or stands still as well. */
export const keyOverlap: Rule = function* (history) {
  const keys = keysOf(history);
  const troubles = new Map<string, number>();
  const running = new Map<string, Map<string, { readonly worker: string; readonly since: number }>>();
  for (const [index, { id, op, worker = '' }] of history.entries()) {
    if (op === 'crash' || op === 'freeze') troubles.set(worker, index);
    const key = id === undefined ? undefined : keys.get(id);
    if (id === undefined || key === undefined) continue;
    const jobs = running.get(key) ?? new Map<string, { readonly worker: string; readonly since: number }>();
    running.set(key, jobs);
    if (op === 'settle') jobs.delete(id);
    if (op !== 'start') continue;
    for (const [other, run] of jobs) {
      if ((troubles.get(run.worker) ?? -1) > run.since) jobs.delete(other);
      else if (other !== id) {
        yield { rule: 'key-overlap', id, key, message: `job ${id} of key ${key} started while ${other} ran` };
        break;
      }
    }
    jobs.set(id, { worker, since: index });
  }
};
