import {
  type Clock,
  type Counter,
  type CounterCell,
  type GaugeCell,
  type Histogram,
  type HistogramCell,
  isXcError,
  type Meter,
} from '@xc/core';
import type { Skew } from '../heat/heat.ts';

/** What a call is counted as. */
export type RouterOp = 'read' | 'write' | 'scatter' | 'many';

type Outcome = 'ok' | 'error' | 'fenced' | 'timeout' | 'aborted';

/** The cells of one kind of call to one shard. */
interface Cells {
  readonly ok: CounterCell;
  readonly seconds: HistogramCell;
}

/** The metrics of a router; by shard and kind of call, never by key. */
export class RouterMetrics {
  readonly epoch: GaugeCell;
  readonly staleSeconds: GaugeCell;
  readonly buffered: GaugeCell;
  readonly bufferSeconds: HistogramCell;
  readonly scatterShards: HistogramCell;
  readonly #requests: Counter;
  readonly #seconds: Histogram;
  readonly #fenced: Counter;
  readonly #meter: Meter;
  readonly #clock: Clock;
  #skew: { readonly maxOverMean: GaugeCell; readonly gini: GaugeCell } | undefined;
  readonly #cells = new Map<string, Map<RouterOp, Cells>>();

  constructor(meter: Meter, clock: Clock) {
    this.#meter = meter;
    this.#clock = clock;
    this.#requests = meter.counter({
      name: 'xc_shard_requests_total',
      help: 'Calls that a router has sent to a shard.',
      labels: ['shard', 'op', 'outcome'],
    });
    this.#seconds = meter.histogram({
      name: 'xc_shard_request_seconds',
      help: 'How long shards took to answer.',
      labels: ['shard', 'op'],
    });
    this.#fenced = meter.counter({
      name: 'xc_shard_fenced_total',
      help: 'Writes that a shard has refused because their term was old.',
      labels: ['shard'],
    });
    this.epoch = meter.gauge({ name: 'xc_shard_epoch', help: 'Epoch of the topology in use.' }).at();
    this.staleSeconds = meter
      .gauge({ name: 'xc_shard_topology_stale_seconds', help: 'Since when the topology store has not been seen.' })
      .at();
    this.buffered = meter
      .gauge({ name: 'xc_shard_buffered_writes', help: 'Writes that wait for the new owner of their partition.' })
      .at();
    this.bufferSeconds = meter
      .histogram({ name: 'xc_shard_buffer_seconds', help: 'How long writes waited for the new owner.' })
      .at();
    this.scatterShards = meter
      .histogram({
        name: 'xc_shard_scatter_shards',
        help: 'How many shards a question was put to.',
        buckets: [1, 2, 4, 8, 16, 32, 64, 128],
      })
      .at();
  }

  /** Notes that a shard has answered. */
  answered(shard: string, op: RouterOp, since: number): void {
    const cells = this.#cellsOf(shard, op);
    cells.ok.inc();
    cells.seconds.record((this.#clock.monotonic() - since) / 1_000);
  }

  /** Notes that a shard has failed. */
  failed(shard: string, op: RouterOp, since: number, outcome: Exclude<Outcome, 'ok'>): void {
    this.#requests.at(shard, op, outcome).inc();
    this.#cellsOf(shard, op).seconds.record((this.#clock.monotonic() - since) / 1_000);
    if (outcome === 'fenced') this.#fenced.at(shard).inc();
  }

  /** Notes how unevenly the heat lies on shards; who has no heat has no such metric. */
  leaning({ maxOverMean, gini }: Skew): void {
    if (this.#skew === undefined) {
      const skew = this.#meter.gauge({
        name: 'xc_shard_skew',
        help: 'How unevenly calls lie on shards: the hottest over the mean, and the Gini coefficient.',
        labels: ['kind'],
      });
      this.#skew = { maxOverMean: skew.at('max_over_mean'), gini: skew.at('gini') };
    }
    this.#skew.maxOverMean.set(maxOverMean);
    this.#skew.gini.set(gini);
  }

  #cellsOf(shard: string, op: RouterOp): Cells {
    let own = this.#cells.get(shard);
    if (own === undefined) {
      own = new Map();
      this.#cells.set(shard, own);
    }
    let cells = own.get(op);
    if (cells === undefined) {
      cells = { ok: this.#requests.at(shard, op, 'ok'), seconds: this.#seconds.at(shard, op) };
      own.set(op, cells);
    }
    return cells;
  }
}

/** What a failure counts as. */
export function outcomeOf(
  error: unknown,
  signal: AbortSignal,
  isFenced: (error: unknown) => boolean,
): Exclude<Outcome, 'ok'> {
  if (isFenced(error)) return 'fenced';
  if (isXcError(error, 'XC_SHARD_TIMEOUT')) return 'timeout';
  return signal.aborted ? 'aborted' : 'error';
}
