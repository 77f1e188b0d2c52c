import { type HistoryEvent, type HistoryViolation, isRedrive, isTerminal } from './history-event.ts';

type Rule = (history: readonly HistoryEvent[]) => Iterable<HistoryViolation>;

/** An acknowledged job has ended by the end. A history without an end is still open, and a redriven job has to end again. */
export const lost: Rule = function* (history) {
  if (!history.some(({ op }) => op === 'end')) return;
  const open = new Set<string>();
  const ended = new Set<string>();
  for (const event of history) {
    const { id, op, phase } = event;
    if (id === undefined) continue;
    if (op === 'add' && phase === 'ok' && !ended.has(id)) open.add(id);
    else if (isTerminal(event)) {
      open.delete(id);
      ended.add(id);
    } else if (isRedrive(event)) open.add(id);
  }
  for (const id of open) yield { rule: 'lost', id, message: `job ${id} was acknowledged and never ended` };
};

/** Only what was added runs; an add of unknown outcome may have happened, one that failed has not. */
export const unexpected: Rule = function* (history) {
  const asked = new Set<string>();
  const [failed, perhaps] = [new Set<string>(), new Map<string, number>()];
  const started = new Set<string>();
  for (const { id, op, phase } of history) {
    if (id === undefined) continue;
    if (op === 'add' && phase === 'invoke') perhaps.set(id, (perhaps.get(id) ?? 0) + 1);
    if (op === 'add' && phase === 'fail') {
      failed.add(id);
      perhaps.set(id, (perhaps.get(id) ?? 1) - 1);
    }
    if (op === 'add') asked.add(id);
    if (op !== 'start' || started.has(id)) continue;
    started.add(id);
    if (!asked.has(id)) yield { rule: 'unexpected', id, message: `job ${id} started and was never added` };
  }
  for (const id of started) {
    if (failed.has(id) && (perhaps.get(id) ?? 0) <= 0) {
      yield { rule: 'unexpected', id, message: `job ${id} started though its add failed` };
    }
  }
};

/** A job ends once, unless it was redriven. */
export const doubleSettle: Rule = function* (history) {
  const ended = new Map<string, string | undefined>();
  for (const event of history) {
    const { id, outcome } = event;
    if (id === undefined) continue;
    if (isRedrive(event)) ended.delete(id);
    if (!isTerminal(event)) continue;
    if (ended.has(id)) {
      yield { rule: 'double-settle', id, message: `job ${id} ended as ${ended.get(id)} and again as ${outcome}` };
    }
    ended.set(id, outcome);
  }
};

/** A job starts again only for a reason: it was given back, its worker crashed or froze, or something was broken on purpose. */
export const unexplainedDuplicate: Rule = function* (history) {
  const running = new Map<string, { readonly worker: string; readonly since: number; explained: boolean }>();
  const troubles = new Map<string, number>();
  let fault = -1;
  for (const [index, { id, op, phase, outcome, worker = '' }] of history.entries()) {
    if (op === 'crash' || op === 'freeze') troubles.set(worker, index);
    if (op === 'fault') fault = index;
    if (id === undefined) continue;
    const run = running.get(id);
    if (op === 'settle' && phase === 'ok' && run !== undefined && explains(outcome)) run.explained = true;
    if (op !== 'start') continue;
    if (run !== undefined && !run.explained && Math.max(fault, troubles.get(run.worker) ?? -1) < run.since) {
      const message = `job ${id} started again at ${worker}, and nothing had happened to it`;
      yield { rule: 'unexplained-duplicate', id, message };
    }
    running.set(id, { worker, since: index, explained: false });
  }
};

function explains(outcome: string | undefined): boolean {
  return outcome === 'retry' || outcome === 'release' || outcome === 'snooze' || outcome === 'redrive';
}

/** A settle counts only under the newest fence. */
export const staleSettle: Rule = function* (history) {
  const newest = new Map<string, bigint>();
  for (const { id, op, phase, fence } of history) {
    if (id === undefined || fence === undefined) continue;
    const held = BigInt(fence);
    const highest = newest.get(id);
    if (op === 'start' && (highest === undefined || held > highest)) newest.set(id, held);
    if (op === 'settle' && phase === 'ok' && highest !== undefined && held < highest) {
      yield {
        rule: 'stale-settle',
        id,
        message: `job ${id} was settled under fence ${held}, it had started under ${highest}`,
      };
    }
  }
};
