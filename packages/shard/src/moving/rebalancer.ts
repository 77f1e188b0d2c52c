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
  readonly kind:
    | 'unfinished-job'
    | 'unexplained-move'
    | 'orphan-rows'
    | 'missing-rows'
    | 'capture-left-on'
    | 'stuck-fence'
    | 'manual';
  readonly partition: number;
  readonly shard: string;
  /** For people. */
  readonly text: string;
  readonly action: 'resume' | 'drop-move' | 'purge' | 'stop-capture' | 'raise-term' | 'manual';
}

/** What `repair` found. */
export interface RepairPlan {
  readonly findings: readonly RepairFinding[];
  /** Does what the findings propose; those that say 'manual' stay. */
  apply(): Promise<RebalanceReport[]>;
}

/** Moves partitions while reads and writes go on; can be killed at any instant and gone on with by another process. */
export interface Rebalancer extends AsyncDisposable {
  /**
   * Resolves when every move is 'reversible' (or 'done' with `keepSourceMs` 0) or failed.
   * @throws XcError `XC_SHARD_TOPOLOGY_CONFLICT` for a plan of another epoch, `XC_SHARD_JOB_EXISTS`.
   */
  run(plan: RebalancePlan, options?: RunJobOptions): Promise<RebalanceReport>;
  /** Goes on where a job was left. @throws XcError `XC_SHARD_JOB_UNKNOWN` */
  resume(jobId: string, options?: { readonly signal?: AbortSignal }): Promise<RebalanceReport>;
  /** Ends the moves that are not yet switched; their targets are emptied. */
  abort(jobId: string): Promise<RebalanceReport>;
  /**
   * Switches back what is still reversible; writes made since come along.
   * @throws XcError `XC_SHARD_NOT_REVERSIBLE` once clean-up has begun.
   */
  reverse(jobId: string): Promise<RebalanceReport>;
  /** Cleans up; before the window is over only with `force`. */
  finish(jobId: string, options?: { readonly force?: boolean }): Promise<RebalanceReport>;
  status(jobId: string): Promise<RebalanceReport>;
  jobs(): Promise<readonly string[]>;
  /** Compares journal, topology and data; changes nothing by itself. */
  repair(): Promise<RepairPlan>;
}
