import type { SettleVerdict } from '../engine/step-reply.ts';
import type { Settle } from '../engine/step-request.ts';
import type { QueueEventName } from '../events/watchers.ts';
import type { Attempt } from './attempt.ts';
import type { WorkerHome } from './worker-home.ts';

/** How an attempt ended, on its way to the engine. */
export interface Report {
  readonly attempt: Attempt;
  readonly settle: Settle;
  /** The handler's value, for those who watch. */
  readonly result: unknown;
}

const eventOf: Readonly<Record<Exclude<SettleVerdict, 'released'>, QueueEventName>> = {
  done: 'done',
  retry: 'retry',
  dead: 'dead',
  cancelled: 'cancelled',
  lost: 'lost',
};

/** The reports that wait to be sent, and what is told of the verdicts on them. */
export class Reports {
  readonly #home: WorkerHome;
  #waiting: Report[] = [];
  #sent: readonly Report[] = [];

  constructor(home: WorkerHome) {
    this.#home = home;
  }

  /** How many are not yet sent, or not yet answered. */
  get open(): number {
    return this.#waiting.length + this.#sent.length;
  }

  /** Whether there is one to send. */
  get due(): boolean {
    return this.#waiting.length > 0;
  }

  add(report: Report): void {
    this.#waiting.push(report);
  }

  /** At most so many for the step that goes out now. One whose progress is not yet sent waits for the step after. */
  take(most: number): readonly Report[] {
    if (this.#waiting.length <= most && !this.#waiting.some(heldBack)) {
      this.#sent = this.#waiting;
      this.#waiting = [];
      return this.#sent;
    }
    const ready = this.#waiting.filter((report) => !heldBack(report)).slice(0, most);
    const taken = new Set(ready);
    this.#waiting = this.#waiting.filter((report) => !taken.has(report));
    this.#sent = ready;
    return ready;
  }

  /** @param at - Engine time of the step. */
  answered(verdicts: readonly SettleVerdict[], at: number): void {
    const sent = this.#sent;
    this.#sent = [];
    const { metrics, watchers } = this.#home;
    const heard = metrics.on || watchers.size > 0;
    for (let index = 0; index < sent.length; index++) {
      const verdict = verdicts[index] ?? 'lost';
      if (heard || verdict === 'lost') this.#tell(sent[index] as Report, verdict, at);
    }
  }

  #tell({ attempt, settle, result }: Report, verdict: SettleVerdict, at: number): void {
    const { metrics, watchers, settings, lost } = this.#home;
    const { id, record, delivery } = attempt.leased;
    if (metrics.on) metrics.settled.at(metrics.types.of(record.type), verdict).inc();
    if (verdict === 'lost') {
      const fields = { queue: settings.name, id, type: record.type, delivery };
      settings.logger.warn(fields, 'a job was settled after its lease had ended: the report does not count');
    }
    if (verdict === 'released' || !watchers.hears(eventOf[verdict])) return;
    if (verdict === 'lost' && !lost.first(attempt.leased)) return;
    watchers.tell(eventOf[verdict], {
      id,
      type: record.type,
      at,
      attempt: attempt.leased.attempt,
      delivery,
      ...(verdict === 'done' ? { result } : {}),
      ...(settle.kind === 'nack' && verdict !== 'done' ? { error: settle.error } : {}),
      ...(verdict === 'dead' && settle.kind === 'nack' ? { reason: settle.dead ?? 'failed' } : {}),
      ...(verdict === 'cancelled' ? { reason: attempt.cancelReason } : {}),
    });
  }
}

/** The progress of a job goes before its end. */
function heldBack({ attempt }: Report): boolean {
  return attempt.progress?.waits === true;
}
