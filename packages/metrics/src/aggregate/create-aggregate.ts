import { type Clock, systemClock } from '@xc/core';
import type { Metrics } from '../metrics.ts';
import { checkPositive } from '../option-checks.ts';
import { plainSection } from '../render/plain-section.ts';
import { render } from '../render/render.ts';
import { Scraper } from '../scrape/scraper.ts';
import type { MetricSnapshot, Snapshot } from '../snapshot.ts';
import type { Aggregate } from './aggregate.ts';
import type { FramePort } from './frame-port.ts';
import { LocalMember, type Member, RemoteMember } from './member.ts';
import { Merger, withoutGauges } from './merge-snapshots.ts';
import { plainFamily } from './plain-families.ts';

/** Options of `createAggregate`. */
export interface AggregateOptions {
  /** The metrics of this process, which are added too, as the worker `local`. */
  readonly local?: Metrics;
  /** How long a worker may take to answer, ms. @defaultValue 1_000 */
  readonly deadlineMs?: number;
  /** @defaultValue systemClock */
  readonly clock?: Clock;
}

/** Longest synchronous stretch while rendering, ms. */
const SLICE_MS = 2;

/**
 * Makes one scrape of many workers: counters and histograms are summed by label set, gauges as they were declared (`aggregate`).
 * A worker that hangs, dies or is removed never lets a total fall and never fails a scrape.
 *
 * @throws RangeError when `deadlineMs` is not above 0.
 *
 * @example
 * ```ts
 * const aggregate = createAggregate({ local: metrics });
 * cluster.on('online', (worker) => aggregate.add(String(worker.id), clusterPort(worker)));
 * cluster.on('exit', (worker) => aggregate.remove(String(worker.id)));
 * const { headers, body } = await aggregate.scrape({ accept: request.headers.accept });
 * ```
 */
export function createAggregate({ local, deadlineMs = 1_000, clock = systemClock }: AggregateOptions = {}): Aggregate {
  checkPositive('deadlineMs', deadlineMs);
  const members = new Map<string, Member>();
  const ours = local === undefined ? [] : [new LocalMember(local)];
  /** What those who have left have counted. */
  let gone: Snapshot = { metrics: [] };
  let lastBytes = 0;

  const collect = async (): Promise<Snapshot> => {
    const asked = [...ours, ...members.values()];
    const answered = await Promise.all(asked.map((member) => member.ask()));
    const merger = new Merger();
    let failed = 0;
    for (const [index, member] of asked.entries()) {
      // Who has left meanwhile is among those gone, and would be counted twice.
      const isHere = member instanceof LocalMember || members.get(member.id) === member;
      if (!isHere || member.last === undefined) continue;
      const shown = answered[index] ? member.last : withoutGauges(member.last);
      if (!merger.add(shown, member.id)) failed += 1;
    }
    merger.addFitting(gone);
    const missing = answered.filter((inTime) => !inTime).length;
    const { metrics } = merger.snapshot();
    const all = [
      ...metrics.filter(({ name }) => !ownNames.has(name)),
      ...ownMetrics({ workers: asked.length, missing, failed }),
    ];
    return { metrics: all.sort((a, b) => (a.name < b.name ? -1 : 1)) };
  };

  const scraper = new Scraper(async ({ format, names }, signal) => {
    const { metrics } = await collect();
    signal.throwIfAborted();
    const taken = new Set(metrics.map(({ name }) => name));
    const wanted = metrics.filter(({ name }) => names === undefined || names.has(name));
    const sections = wanted.map((metric) =>
      plainSection(plainFamily(metric, format), format, (name) => taken.has(name)),
    );
    const rendered = await render(sections, { format, clock, sliceMs: SLICE_MS, expectedBytes: lastBytes, signal });
    lastBytes = rendered.bytes.length;
    return rendered;
  });

  const remove = (id: string): void => {
    const member = members.get(id);
    if (member === undefined) return;
    members.delete(id);
    member.leave();
    if (member.last === undefined) return;
    const merger = new Merger();
    merger.addFitting(withoutGauges(member.last));
    merger.addFitting(gone);
    gone = merger.snapshot();
  };

  return {
    add(id: string, port: FramePort) {
      if (typeof id !== 'string' || id === '')
        throw new TypeError(`id must be a text of at least one character, got ${String(id)}`);
      remove(id);
      members.set(id, new RemoteMember(id, port, { clock, deadlineMs }));
    },
    remove,
    scrape: (request) => scraper.scrape(request),
    snapshot: collect,
    close() {
      for (const member of members.values()) member.leave();
      members.clear();
    },
  };
}

const ownHelp = {
  xc_metrics_workers: 'Workers that this exposition adds up.',
  xc_metrics_workers_failed:
    'Workers left out, because a metric of theirs has another type, other labels or other buckets.',
  xc_metrics_workers_missing: 'Workers that did not answer in time.',
};
const ownNames = new Set(Object.keys(ownHelp));

function ownMetrics({
  workers,
  missing,
  failed,
}: {
  readonly workers: number;
  readonly missing: number;
  readonly failed: number;
}): MetricSnapshot[] {
  const values: Readonly<Record<string, number>> = {
    xc_metrics_workers: workers,
    xc_metrics_workers_missing: missing,
    xc_metrics_workers_failed: failed,
  };
  return Object.entries(ownHelp).map(([name, help]) => ({
    name,
    help,
    type: 'gauge',
    labels: [],
    series: [{ labels: {}, value: values[name] ?? 0 }],
  }));
}
