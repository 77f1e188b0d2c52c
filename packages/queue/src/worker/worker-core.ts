import { newCorrelationId } from '@xc/core/context';
import type { Heartbeat } from '../engine/heartbeat.ts';
import type { CancelledLease, StepReply } from '../engine/step-reply.ts';
import type { Settle, StepRequest } from '../engine/step-request.ts';
import type { ScheduleRunner } from '../schedules/schedule-runner.ts';
import type { Attempt } from './attempt.ts';
import { HandlerRuns } from './handler-runs.ts';
import type { HandlerTable } from './handler-table.ts';
import { HeldLeases } from './held-leases.ts';
import { JobCalls, leaseOf } from './job-calls.ts';
import { JobIntake } from './job-intake.ts';
import { cancelled, lostLease } from './lease-errors.ts';
import { LookTimer } from './look-timer.ts';
import { ProgressReports } from './progress-reports.ts';
import { Reports } from './reports.ts';
import { Settling } from './settling.ts';
import { StepLine, type StepSpeaker } from './step-line.ts';
import type { WorkerHome } from './worker-home.ts';
import type { WorkerSettings } from './worker-settings.ts';
import { WorkerTales } from './worker-tales.ts';

const busyLookMs = 5;
// A step that was sent again tells nothing of how long one takes.
const mostAgoMs = 1;

/** Who follows the steps of a worker. */
export interface CoreEvents {
  /** An attempt is over here; without a settle its lease is left to end. */
  ended(settle: Settle | undefined): void;
  /** A step is answered. `found`: it brought a job, or there is one that only a limit holds back. */
  answered(step: number, found: boolean): void;
  /** A step was not answered and will be sent again. */
  failed(error: unknown): void;
}

/**
 * What a worker says in its steps and does with the answers: asks for as many jobs as can start, reports how handlers ended, renews
 * leases, looks again when something is due.
 */
export class WorkerCore implements StepSpeaker {
  readonly id = newCorrelationId();
  readonly intake: JobIntake;
  readonly runs: HandlerRuns;
  readonly held: HeldLeases;
  readonly line: StepLine;
  readonly reports: Reports;
  readonly #home: WorkerHome;
  readonly #schedules: ScheduleRunner | undefined;
  readonly #events: CoreEvents;
  readonly #progress: ProgressReports;
  readonly #tales: WorkerTales;
  readonly #timer: LookTimer;
  #number = 0;
  /** Whether to ask for jobs, or to say that there is no room, without another reason to step. */
  #look = true;
  #woken = false;
  #renewing: readonly Attempt[] = [];

  constructor(
    home: WorkerHome,
    settings: WorkerSettings,
    table: HandlerTable,
    schedules: ScheduleRunner | undefined,
    events: CoreEvents,
  ) {
    const { engine, settings: queue } = home;
    const { clock, random, leaseMs } = queue;
    this.#home = home;
    this.#schedules = schedules;
    this.#events = events;
    this.#tales = new WorkerTales(home, settings.onStuck);
    this.#timer = new LookTimer(clock, random, idleLookMs(engine.pollMs, leaseMs), () => this.look());
    this.line = new StepLine({ engine, clock, random }, this);
    this.reports = new Reports(home);
    this.#progress = new ProgressReports(
      clock,
      () => this.line.poke(),
      (attempt, shown, at) => this.#tales.progressed(attempt, shown, at),
    );
    const leaseEvents = { renewDue: () => this.line.poke(), distrusted: (attempt: Attempt) => this.#lost(attempt) };
    this.held = new HeldLeases(clock, leaseMs, leaseEvents, heartbeatOf(home, settings));
    const settling = new Settling(home);
    const calls = new JobCalls(engine, home.codec, (attempt) => this.#progress.add(attempt));
    this.runs = new HandlerRuns(home, settings, settling, calls, {
      started: (attempt) => this.#tales.started(attempt),
      stuck: (attempt) => this.#tales.stuck(attempt),
      freed: () => this.intake.start(),
      ended: (attempt, settle, result, ranMs) => {
        this.#tales.ended(attempt, ranMs);
        this.intake.ran(ranMs);
        this.#over(attempt, settle, result);
      },
    });
    const over = (attempt: Attempt, settle: Settle) => this.#over(attempt, settle, undefined);
    this.intake = new JobIntake(home, settings, { table, runs: this.runs, held: this.held, settling, over });
  }

  /** Number of the step that goes out next. */
  get nextStep(): number {
    return this.#number + 1;
  }

  /** Nothing is leased here, nothing waits to be said. */
  get quiet(): boolean {
    const still = this.runs.running === 0 && this.intake.empty && this.reports.open === 0;
    return still && this.#schedules?.busy !== true;
  }

  /** There may be something to do. */
  look(): void {
    this.#look = true;
    this.#woken = true;
    this.line.poke();
  }

  compose(): StepRequest | undefined {
    const schedules = this.#schedules !== undefined && !this.intake.closed;
    const due = this.reports.due || this.held.renewDue || this.#progress.due;
    if (!due && !(this.#look && (this.intake.hasRoom || this.#woken))) return undefined;
    const { maxTakes } = this.#home.engine;
    // Taken first: a report whose progress travels now goes with the next step.
    const reports = this.reports.take(maxTakes);
    const progress = this.#progress.take();
    this.#renewing = this.held.takeRenewals();
    const { want, lanes } = this.intake.ask();
    this.#look = false;
    this.#woken = false;
    this.#timer.clear();
    return {
      worker: this.id,
      number: ++this.#number,
      leaseMs: this.#home.settings.leaseMs,
      settles: reports.map(({ settle }) => settle),
      progress,
      renewals: this.#renewing.map(leaseOf),
      lanes,
      want,
      schedules,
    };
  }

  answered(request: StepRequest, reply: StepReply, sentAt: number): void {
    this.#tales.answered(reply, sentAt);
    this.reports.answered(reply.verdicts, reply.now);
    this.#progress.answered(reply.progressed, reply.now);
    for (const [index, attempt] of this.#renewing.entries()) {
      if (reply.renewed[index] === true) attempt.confirmedAt = sentAt;
      else this.#lost(attempt);
    }
    this.#renewing = [];
    this.cancelled(reply.cancelled);
    const limited = reply.limitedUntil !== undefined && reply.limitedUntil > reply.now;
    const more = reply.jobs.length >= request.want;
    if (reply.jobs.length > 0 || request.want > 0) {
      const scarce = !more && !limited && !reply.paused;
      this.intake.take(reply.jobs, request.want, scarce, sentAt);
    }
    if (this.intake.closed || reply.paused) this.intake.handBack();
    if (this.#schedules !== undefined) this.#schedules.due(reply.dueSchedules, reply.now, () => this.look());
    this.#lookAgain(reply, more && request.want > 0 && !reply.paused, sentAt);
    this.#events.answered(request.number, reply.jobs.length > 0 || limited);
  }

  failed(error: unknown): void {
    this.#events.failed(error);
  }

  /** These leases, if they are of this worker, are of jobs that were cancelled. */
  cancelled(leases: readonly CancelledLease[]): void {
    for (const lease of leases) {
      const attempt = this.held.find(lease);
      if (attempt === undefined) continue;
      attempt.cancelReason = lease.reason;
      if (!this.intake.handBackOne(attempt)) this.runs.abort(attempt, 'cancel', cancelled(lease.id, lease.reason));
    }
  }

  /** Nothing of it is left: no timer, no lease. */
  end(): void {
    this.line.end();
    this.#timer.clear();
    this.#progress.close();
    this.held.close();
  }

  /** The lease has ended, or may have: the handler is told before anybody else can have the job. */
  #lost(attempt: Attempt): void {
    if (this.held.find(attempt.leased) !== attempt) return;
    this.held.remove(attempt);
    const error = lostLease(attempt.leased.id);
    if (attempt.state === 'running') this.runs.abort(attempt, 'lost', error);
    else attempt.abort('lost', error);
  }

  #over(attempt: Attempt, settle: Settle | undefined, result: unknown): void {
    if (attempt.state === 'held') attempt.state = 'ended';
    this.held.remove(attempt);
    if (settle !== undefined) this.reports.add({ attempt, settle, result });
    this.#events.ended(settle);
    if (settle === undefined) this.look();
    else this.line.poke();
  }

  #lookAgain({ nextDue, limitedUntil, now, nowPart = 0 }: StepReply, more: boolean, sentAt: number): void {
    if (more || this.#woken) {
      this.#look = true;
      return;
    }
    const due = Math.min(nextDue ?? Number.POSITIVE_INFINITY, limitedUntil ?? Number.POSITIVE_INFINITY);
    // Without room it is only schedules and lost leases that are looked after.
    const least = this.intake.hasRoom ? 0 : busyLookMs;
    // The engine told its time half a round trip ago, and hears of the next step as long after it was sent.
    const ago = Math.min((this.#home.settings.clock.monotonic() - sentAt) / 2, mostAgoMs);
    this.#timer.set(due === Number.POSITIVE_INFINITY ? undefined : Math.max(due - now - nowPart - ago, least));
  }
}

/**
 * Nobody is told of a lease that somebody else takes and dies with: looks, up to a quarter later than asked, find it within a second of
 * its end.
 */
function idleLookMs(pollMs: number | undefined, leaseMs: number): number | undefined {
  return pollMs === undefined ? undefined : Math.min(pollMs, (leaseMs + 1_000) / 1.25);
}

/** What keeps leases while the event loop is blocked, where that was asked for. */
function heartbeatOf(
  { engine, settings }: WorkerHome,
  { heartbeat, maxBlockMs }: WorkerSettings,
): Heartbeat | undefined {
  if (heartbeat === 'loop') return undefined;
  if (engine.heartbeat !== undefined) return engine.heartbeat({ leaseMs: settings.leaseMs, maxBlockMs });
  settings.logger.warn({ queue: settings.name }, 'this engine cannot keep leases while the event loop is blocked');
  return undefined;
}
