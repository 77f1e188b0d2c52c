import type { RedriveRequest } from '../engine/engine-controls.ts';
import type { EngineQueue } from '../engine/queue-engine.ts';
import type { DeadReason } from '../job/job-error.ts';
import type { JobView } from '../job/job-view.ts';
import { knownLane } from '../lanes/lane-order.ts';
import type { QueueMetrics } from '../metrics/queue-metrics.ts';
import {
  abortSignal,
  duration,
  flag,
  integer,
  oneOf,
  plainObject,
  refuseUnknown,
  shown,
  text,
} from '../option-checks.ts';
import { knownId } from '../queue/known-id.ts';
import type { ValueCodec } from '../queue/value-codec.ts';
import { jobView } from '../results/job-views.ts';
import type { DeadLetters } from './dead-letters.ts';

const reasons: readonly DeadReason[] = [
  ...(['failed', 'discarded', 'poison', 'expired', 'undecodable', 'dependency', 'unknown-type'] as const),
];

/** What dead letters need of their queue. */
export interface DeadHome {
  readonly engine: EngineQueue;
  readonly codec: ValueCodec;
  readonly metrics: QueueMetrics;
  readonly lanes: readonly string[];
  /** @throws XC_QUEUE_CLOSED once the queue is closed. */
  open(): void;
}

type Which = Parameters<DeadLetters['redrive']>[0] | Parameters<DeadLetters['drop']>[0];

/** The dead letters of a queue: shown, sent back, taken away. */
export class DeadLetterDesk implements DeadLetters {
  readonly #home: DeadHome;

  constructor(home: DeadHome) {
    this.#home = home;
  }

  async list(options: Parameters<DeadLetters['list']>[0] = {}): Promise<{ jobs: JobView[]; cursor?: string }> {
    const { engine, codec } = this.#home;
    this.#home.open();
    refuseUnknown(options, ['reason', 'type', 'limit', 'cursor', 'signal']);
    const { reason, type, limit = 100, cursor, signal } = options;
    checkFilter({ reason, type });
    integer('limit', limit, 1, 1_000);
    if (cursor !== undefined) text('cursor', cursor, 10_000);
    const args = { state: 'dead', limit, cursor, reason, type } as const;
    const page = await engine.read('list', args, { signal: abortSignal(signal) });
    const jobs = page.jobs.map((job) => jobView(job, codec));
    return page.cursor === undefined ? { jobs } : { jobs, cursor: page.cursor };
  }

  async redrive(
    which: Parameters<DeadLetters['redrive']>[0],
    options: Parameters<DeadLetters['redrive']>[1] = {},
  ): Promise<{ redriven: number; missing: string[] }> {
    this.#home.open();
    const { ids, ...filter } = checkWhich(which, ['reason', 'type', 'max']);
    if (filter.max !== undefined) integer('max', filter.max, 1, Number.MAX_SAFE_INTEGER);
    refuseUnknown(options, ['lane', 'forget', 'withDependents', 'by', 'signal']);
    const { lane, forget = false, withDependents = false, by, signal } = options;
    if (lane !== undefined) knownLane(this.#home.lanes, lane);
    if (by !== undefined) text('by', by);
    flag('forget', forget);
    flag('withDependents', withDependents);
    abortSignal(signal);
    const asked = { reason: filter.reason, type: filter.type, lane, forget, withDependents, by };
    const all = { redriven: 0, missing: [] as string[] };
    // A job and its dependents go back together, however many are named.
    for (const part of withDependents ? [ids && [...new Set(ids)]] : slicesOf(ids)) {
      const request = { ...asked, ids: part, max: filter.max, cursor: undefined };
      const { redriven, missing } = await this.#slices(request, signal);
      all.redriven += redriven;
      all.missing.push(...missing);
    }
    return all;
  }

  async drop(which: Parameters<DeadLetters['drop']>[0]): Promise<number> {
    this.#home.open();
    const { ids, reason, type, olderThanMs } = checkWhich(which, ['reason', 'type', 'olderThanMs']);
    if (olderThanMs !== undefined) duration('olderThanMs', olderThanMs);
    let dropped = 0;
    for (const part of slicesOf(ids)) {
      for (let more = true; more; ) {
        const slice = await this.#home.engine.control('drop', { ids: part, reason, type, olderThanMs });
        dropped += slice.removed;
        more = slice.more;
      }
    }
    return dropped;
  }

  async #slices(first: RedriveRequest, signal: AbortSignal | undefined) {
    const missing: string[] = [];
    let redriven = 0;
    let request: RedriveRequest | undefined = first;
    while (request !== undefined) {
      const slice: { redriven: number; missing: readonly string[]; cursor: string | undefined } =
        await this.#home.engine.control('redrive', request, { signal });
      redriven += slice.redriven;
      missing.push(...slice.missing);
      this.#home.metrics.redriven.inc(slice.redriven);
      const left: number | undefined = first.max === undefined ? undefined : first.max - redriven;
      request = slice.cursor === undefined || left === 0 ? undefined : { ...first, max: left, cursor: slice.cursor };
    }
    return { redriven, missing };
  }
}

/** Ids of one call. */
const sliceOfIds = 100;

interface Asked {
  readonly ids: readonly string[] | undefined;
  readonly reason: DeadReason | undefined;
  readonly type: string | undefined;
  readonly max: number | undefined;
  readonly olderThanMs: number | undefined;
}

/** Each once, so many at a time; without ids, once without. */
function slicesOf(ids: readonly string[] | undefined): readonly (readonly string[] | undefined)[] {
  if (ids === undefined) return [ids];
  const each = [...new Set(ids)];
  return Array.from({ length: Math.max(1, Math.ceil(each.length / sliceOfIds)) }, (_, nth) =>
    each.slice(nth * sliceOfIds, (nth + 1) * sliceOfIds),
  );
}

/** Ids, or at least one filter: everything at once has to be asked for by a filter that fits everything. */
function checkWhich(which: Which, filters: readonly string[]): Asked {
  plainObject('which', which);
  const { ids, reason, type, max, olderThanMs } = which as Partial<Asked>;
  const asked: Asked = { ids, reason, type, max, olderThanMs };
  if (ids === undefined) {
    refuseUnknown(which, filters, 'which');
    if (filters.every((name) => asked[name as keyof Asked] === undefined)) {
      throw new TypeError(`which must have ids or at least one of ${filters.join(', ')}, got none`);
    }
    checkFilter(asked);
    return asked;
  }
  refuseUnknown(which, ['ids'], 'which');
  if (!Array.isArray(ids)) throw new TypeError(`ids must be an array, got ${shown(ids)}`);
  for (const id of ids) knownId(id);
  return asked;
}

function checkFilter({ reason, type }: Pick<Asked, 'reason' | 'type'>): void {
  if (reason !== undefined) oneOf('reason', reason, reasons);
  if (type !== undefined) text('type', type);
}
