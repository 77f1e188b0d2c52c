import type { Pool } from '../pool.ts';

/** One server of a replicated database, with the pool that leads to it. The pool stays its owner's: nobody here closes it. */
export interface DatabaseNode<T> {
  /** Names it in facts, metrics and logs; unique among the nodes. */
  readonly name: string;
  readonly pool: Pool<T>;
  /**
   * Its share of the reads, relative to the others; above 0.
   * @defaultValue 1
   */
  readonly weight?: number;
}

/** What a node says of itself. */
export interface NodeRole {
  /** Whether it accepts writes now. */
  readonly writable: boolean;
  /** Grows with each change of the primary (timeline, epoch); the higher term wins. */
  readonly term: number;
}

/** Where a node is. */
export interface NodePosition {
  /** What it has written (primary) or replayed (replica), as a text that `compare` understands. */
  readonly position: string;
  /** By how much its data is older than the primary's; 0 when it has replayed all that it received. */
  readonly lagMs: number;
}

/** How one kind of database tells who is the primary and how far each node is. */
export interface ReplicationView<T> {
  /** Position the node has written (primary) or replayed (replica), and how far it lags. */
  position(resource: T, role: 'primary' | 'replica'): Promise<NodePosition>;
  /**
   * Negative when `a` is before `b`, 0 when they are the same, positive when `a` holds all of `b` and more; NaN when neither
   * holds the other. Throws for what is not a position.
   */
  compare(a: string, b: string): number;
  /** Whether this node accepts writes now, and its term. */
  role(resource: T): Promise<NodeRole>;
}
