import type { LeasedJob } from '../engine/step-reply.ts';
import type { LaneQuota, Settle } from '../engine/step-request.ts';
import { LaneTurns } from '../lanes/lane-turns.ts';
import { Attempt } from './attempt.ts';
import type { HandlerRuns } from './handler-runs.ts';
import type { HandlerTable } from './handler-table.ts';
import type { HeldLeases } from './held-leases.ts';
import { lostLease } from './lease-errors.ts';
import { Prefetch } from './prefetch.ts';
import { RunShelf } from './run-shelf.ts';
import type { Settling } from './settling.ts';
import type { WorkerHome } from './worker-home.ts';
import type { WorkerSettings } from './worker-settings.ts';

/** What a step asks for. */
export interface Ask {
  readonly want: number;
  readonly lanes: readonly LaneQuota[];
}

const nothing: Ask = { want: 0, lanes: [] };

/** Parts of a worker that its intake works with. */
export interface IntakeParts {
  readonly table: HandlerTable;
  readonly runs: HandlerRuns;
  readonly held: HeldLeases;
  readonly settling: Settling;
  /** An attempt is over before it has begun. */
  over(attempt: Attempt, settle: Settle): void;
}

/** Takes what is leased to a worker, in turns of its lanes, and starts it while there is room. */
export class JobIntake {
  readonly #home: WorkerHome;
  readonly #settings: WorkerSettings;
  readonly #parts: IntakeParts;
  readonly #turns: LaneTurns;
  readonly #prefetch: Prefetch;
  readonly #shelf: RunShelf;
  #concurrency: number;
  #starting = false;
  /** Takes nothing and starts nothing; what comes all the same goes back. */
  closed = false;

  constructor(home: WorkerHome, settings: WorkerSettings, parts: IntakeParts) {
    this.#home = home;
    this.#settings = settings;
    this.#parts = parts;
    this.#turns = new LaneTurns(home.settings.lanes);
    this.#prefetch = new Prefetch(settings.prefetch, home.settings.lanes.weights === undefined);
    this.#shelf = new RunShelf(home.settings.clock, () => this.start());
    this.#concurrency = settings.concurrency;
  }

  set concurrency(handlers: number) {
    this.#concurrency = handlers;
  }

  get empty(): boolean {
    return this.#shelf.empty;
  }

  /** Whether a handler could start now if there were a job for it. */
  get hasRoom(): boolean {
    return !this.closed && this.#room() > 0;
  }

  ran(ms: number): void {
    this.#prefetch.ran(ms);
  }

  /** What to ask for now. */
  ask(): Ask {
    if (this.closed) return nothing;
    const most = this.#home.engine.maxTakes;
    const want = Math.min(this.#room(), most);
    const ahead = Math.min(Math.max(this.#prefetchRoom(), 0), most - want);
    return want + ahead === 0 ? nothing : { want, lanes: this.#turns.plan(want, ahead) };
  }

  /**
   * @param scarce - The queue had less than was asked for, and no limit held it back.
   * @param sentAt - Monotonic ms of the step that leased them.
   */
  take(jobs: readonly LeasedJob[], want: number, scarce: boolean, sentAt: number): void {
    const [now, ahead] = startable(jobs, want);
    for (const job of this.#turns.take(now, scarce)) this.#put(job, sentAt);
    if (ahead.length > 0) for (const job of this.#turns.take(ahead, false)) this.#put(job, sentAt);
    this.#shelf.closeImpatient();
    // Before a handler starts: it may block this thread at once.
    this.#parts.held.tell();
    this.start();
  }

  /** Starts what is ready, as far as there is room. */
  start(): void {
    // Handlers that end at once free their slot while the next one is looked for.
    if (this.#starting || this.closed) return;
    this.#starting = true;
    while (this.#parts.runs.running < this.#concurrency) {
      const run = this.#shelf.next();
      if (run === undefined) break;
      const now = this.#home.settings.clock.monotonic();
      const attempts = run.attempts.filter((attempt) => this.#trusted(attempt, now));
      if (attempts.length > 0) this.#parts.runs.start({ handler: run.handler, attempts });
    }
    this.#starting = false;
  }

  /** Gives back what has not started, in order. Returns how many. */
  handBack(): number {
    const unstarted = this.#shelf.clear();
    for (const attempt of unstarted) this.#parts.over(attempt, this.#parts.settling.released(attempt));
    return unstarted.length;
  }

  /** Gives back one job if it has not started. Returns whether that was so. */
  handBackOne(attempt: Attempt): boolean {
    if (!this.#shelf.remove(attempt)) return false;
    this.#parts.over(attempt, this.#parts.settling.released(attempt));
    return true;
  }

  #room(): number {
    const slots = this.#concurrency - this.#parts.runs.running - this.#shelf.runs;
    const { batchesOf } = this.#parts.table;
    return Math.max(0, batchesOf === undefined ? slots : slots * batchesOf - this.#shelf.gathered);
  }

  #prefetchRoom(): number {
    if (this.#parts.table.batchesOf !== undefined) return 0;
    const ahead = this.#shelf.runs - Math.max(0, this.#concurrency - this.#parts.runs.running);
    return this.#prefetch.size(this.#concurrency) - Math.max(0, ahead);
  }

  #put(leased: LeasedJob, sentAt: number): void {
    const attempt = new Attempt(leased, sentAt);
    const earlier = this.#parts.held.add(attempt);
    if (earlier !== undefined) this.#parts.runs.abort(earlier, 'lost', lostLease(leased.id));
    const handler = this.#parts.table.of(leased.record.type);
    if (handler === undefined) {
      this.#parts.over(attempt, this.#parts.settling.unknownType(attempt, this.#settings.unknownType));
      return;
    }
    try {
      attempt.data = this.#home.codec.decode(leased.record.data);
    } catch (error) {
      this.#parts.over(attempt, this.#parts.settling.dead(attempt, error, 'undecodable'));
      return;
    }
    this.#shelf.put(attempt, handler);
  }

  /** A lease that the server may have given away meanwhile is not begun. */
  #trusted(attempt: Attempt, now: number): boolean {
    if (attempt.cause !== 'lost' && this.#parts.held.trusts(attempt, now)) return true;
    this.#parts.over(attempt, this.#parts.settling.released(attempt));
    return false;
  }
}

/**
 * The jobs that start now, and those that are leased ahead. The first ones are for now, but a job with a key is never ahead: where
 * several shards have answered, one may stand behind what is ahead in another, and takes the place of a job without a key.
 */
function startable(jobs: readonly LeasedJob[], want: number): [readonly LeasedJob[], readonly LeasedJob[]] {
  if (jobs.length <= want) return [jobs, []];
  const now = jobs.slice(0, want);
  const ahead = jobs.slice(want);
  const keyed = ahead.filter(({ record }) => record.key !== undefined);
  if (keyed.length === 0) return [now, ahead];
  const left = ahead.filter(({ record }) => record.key === undefined);
  for (const job of keyed) {
    const place = now.findLastIndex(({ record }) => record.key === undefined);
    if (place >= 0) left.unshift(...now.splice(place, 1));
    now.push(job);
  }
  return [now, left];
}
