import {
  type CounterCell,
  type GaugeCell,
  type HistogramCell,
  harmlessMeter,
  type Logger,
  type Meter,
  noopLogger,
  noopMeter,
} from '@xc/core';
import { TypeLabels } from './type-labels.ts';

/** Cells by their labels, bound on first use. */
class Cells<Cell> {
  readonly #cells = new Map<string, Cell>();
  readonly #bind: (...labels: string[]) => Cell;

  constructor(bind: (...labels: string[]) => Cell) {
    this.#bind = bind;
  }

  at(...labels: string[]): Cell {
    // A label cannot hold the separator by chance: lanes and types of other queues never meet here.
    const place = labels.length === 1 ? (labels[0] as string) : labels.join('\u0000');
    let cell = this.#cells.get(place);
    if (cell === undefined) {
      cell = this.#bind(...labels);
      this.#cells.set(place, cell);
    }
    return cell;
  }
}

/** What a queue measures. No id and no key is ever a label. */
export class QueueMetrics {
  /** False with the no-op meter: then nothing needs to be worked out for it. */
  readonly on: boolean;
  readonly types = new TypeLabels();
  readonly added: Cells<CounterCell>;
  readonly started: Cells<CounterCell>;
  readonly settled: Cells<CounterCell>;
  readonly unique: Cells<CounterCell>;
  readonly missed: Cells<CounterCell>;
  readonly redisErrors: Cells<CounterCell>;
  readonly lostLeases: CounterCell;
  readonly redriven: CounterCell;
  readonly waitSeconds: Cells<HistogramCell>;
  readonly runSeconds: Cells<HistogramCell>;
  readonly lateSeconds: HistogramCell;
  readonly stepSeconds: HistogramCell;
  readonly stepJobs: HistogramCell;
  readonly jobs: Cells<GaugeCell>;
  readonly oldestWaitingSeconds: Cells<GaugeCell>;
  readonly running: GaugeCell;
  readonly stuck: GaugeCell;

  /** @param logger - Hears of a meter that throws, once. */
  constructor(given: Meter, queue: string, logger: Logger = noopLogger) {
    this.on = given !== noopMeter;
    const meter = harmlessMeter(given, logger.child({ queue }));
    const spec = (name: string, help: string, labels: readonly string[] = []) => ({
      name: `xc_queue_${name}`,
      help,
      labels: ['queue', ...labels],
    });
    const counters = (name: string, help: string, ...labels: string[]) => {
      const counter = meter.counter(spec(name, help, labels));
      return new Cells((...values) => counter.at(queue, ...values));
    };
    const counter = (name: string, help: string) => meter.counter(spec(name, help)).at(queue);
    const histogram = (name: string, help: string, ...labels: string[]) => meter.histogram(spec(name, help, labels));
    const gauge = (name: string, help: string, ...labels: string[]) => meter.gauge(spec(name, help, labels));

    this.added = counters('added_total', 'Jobs that were asked for, by what came of it.', 'type', 'outcome');
    this.started = counters('started_total', 'Handlers that were called.', 'type');
    this.settled = counters('settled_total', 'Attempts that ended, by how.', 'type', 'outcome');
    this.unique = counters('unique_total', 'Adds under a unique key, by what came of it.', 'mode', 'outcome');
    this.missed = counters('schedule_missed_total', 'Slots of schedules that were missed and dropped.', 'schedule');
    this.redisErrors = counters('redis_errors_total', 'Calls that Redis did not answer well, by code.', 'code');
    this.lostLeases = counter('lost_leases_total', 'Leases that ended without a report.');
    this.redriven = counter('redriven_total', 'Dead letters that went back to waiting.');
    const wait = histogram('wait_seconds', 'From due to start.', 'lane');
    this.waitSeconds = new Cells((lane) => wait.at(queue, lane as string));
    const run = histogram('run_seconds', 'How long handlers take.', 'type');
    this.runSeconds = new Cells((type) => run.at(queue, type as string));
    this.lateSeconds = histogram('late_seconds', 'How late delayed and scheduled jobs start.').at(queue);
    this.stepSeconds = histogram('step_seconds', 'How long a step of a worker takes.').at(queue);
    this.stepJobs = histogram('step_jobs', 'Jobs that a step of a worker brings.').at(queue);
    const jobs = gauge('jobs', 'Jobs by state.', 'state');
    this.jobs = new Cells((state) => jobs.at(queue, state as string));
    const oldest = gauge('oldest_waiting_seconds', 'How long the oldest waiting job has waited.', 'lane');
    this.oldestWaitingSeconds = new Cells((lane) => oldest.at(queue, lane as string));
    this.running = gauge('running', 'Handlers that run now, in this process.').at(queue);
    this.stuck = gauge('stuck', 'Handlers that did not end after their signal aborted, in this process.').at(queue);
  }
}
