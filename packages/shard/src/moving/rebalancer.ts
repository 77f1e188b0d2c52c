import type { RebalancePlan } from '../planning/plan-rebalance.ts';
import type { MovePhase } from '../topology/topology.ts';

/** How far a move has come, and what it did. */
export interface MoveFacts {
  readonly moveId: string;
  readonly partition: number;
  readonly from: string;
  readonly to: string;
  readonly phase: MovePhase;
  readonly rowsCopied: number;
  readonly rowsCaughtUp: number;
  /** Changes that are known and not applied yet. */
  readonly behindRows: number;
  /** How long writes stood still, in milliseconds, all attempts together. */
  readonly fencedMs: number;
  /** Found by comparing, before they were mended. */
  readonly differences: number;
  readonly error?: unknown;
}

/** How a job stands. */
export interface RebalanceReport {
  readonly jobId: string;
  /** No move has failed. */
  readonly ok: boolean;
  readonly moves: readonly MoveFacts[];
}

/** Options of `run`. */
export interface RunJobOptions {
  /** Names the job: letters, digits, `.`, `_`, `-`, at most 100. @defaultValue made from the epoch and random letters */
  readonly jobId?: string;
  readonly signal?: AbortSignal;
}

/** Something that is not as it should be, and what can be done. */
export interface RepairFinding {
  /**
   * 'unfinished-job': a move that is not over, and rests nowhere. 'unexplained-move': the topology shows a move that no job accounts
   * for. 'orphan-rows': rows of a partition where it is not, each of which its owner has as well, equal or newer by its version.
   * 'different-rows': such rows that the owner has otherwise. 'missing-rows': such rows that it does not have. 'capture-left-on':
   * changes are noted for a move that is over, or lie there since. 'stuck-fence': the owner refuses the term that the topology is at.
   * 'manual': what could not be looked at.
   */
  readonly kind:
    | 'unfinished-job'
    | 'unexplained-move'
    | 'orphan-rows'
    | 'different-rows'
    | 'missing-rows'
    | 'capture-left-on'
    | 'stuck-fence'
    | 'manual';
  /** -1 where it is about none in particular. */
  readonly partition: number;
  /** Empty where it is about none in particular. */
  readonly shard: string;
  /** For people. */
  readonly text: string;
  /** What `apply` does; nothing for 'manual', which is left to people. */
  readonly action: 'resume' | 'drop-move' | 'purge' | 'stop-capture' | 'raise-term' | 'manual';
}

/** What `repair` found. */
export interface RepairPlan {
  readonly findings: readonly RepairFinding[];
  /**
   * Does what the findings propose, as far as it is found once more; those that say 'manual' stay. Gives the reports of the jobs
   * that it has gone on with.
   * @throws What a finding that could not be mended has thrown, once all others are; several as an AggregateError.
   */
  apply(): Promise<RebalanceReport[]>;
}

/**
 * Moves partitions while reads and writes go on; can be killed at any instant and gone on with by another process.
 *
 * Every command takes the job: whoever worked on it before ends with `XC_SHARD_JOURNAL_CONFLICT` or
 * `XC_SHARD_MOVER_SUPERSEDED`. A move that fails is told of in the report, and hinders no other; a journal or a topology store that
 * fails ends the command with what it has thrown. Commands about a job reject with `XC_SHARD_JOB_UNKNOWN` when there is none, and
 * with a TypeError for an id that can be none.
 */
export interface Rebalancer extends AsyncDisposable {
  /**
   * Carries a plan out. Resolves when every move is 'reversible' (or 'done' with `keepSourceMs` 0) or failed.
   * @throws XcError `XC_SHARD_TOPOLOGY_CONFLICT` for a plan of another epoch, `XC_SHARD_JOB_EXISTS`; TypeError for what is no plan;
   * the reason of the signal, as soon as the fence of a switch that is being tried is open again.
   */
  run(plan: RebalancePlan, options?: RunJobOptions): Promise<RebalanceReport>;
  /**
   * Goes on where a job was left, in whatever direction, with moves that have failed as well.
   * @throws The reason of the signal.
   */
  resume(jobId: string, options?: { readonly signal?: AbortSignal }): Promise<RebalanceReport>;
  /** Ends the moves that are not yet switched, and empties their targets; those that are switched stay. */
  abort(jobId: string): Promise<RebalanceReport>;
  /**
   * Switches back what is switched and still reversible; writes made since come along. Moves that are not switched stay as they
   * are.
   * @throws XcError `XC_SHARD_NOT_REVERSIBLE` once the clean-up of one of its moves has begun; then nothing is switched back.
   */
  reverse(jobId: string): Promise<RebalanceReport>;
  /** Empties the sources of moves that are switched; those whose window is not over only with `force`. */
  finish(jobId: string, options?: { readonly force?: boolean }): Promise<RebalanceReport>;
  /** What the journal says; takes nothing over. */
  status(jobId: string): Promise<RebalanceReport>;
  /** Ids of all jobs in the journal, over or not. */
  jobs(): Promise<readonly string[]>;
  /** Compares journal, topology and data; changes nothing by itself. */
  repair(): Promise<RepairPlan>;
}
