import type { Clock, Logger, Meter, Tracer } from '@xc/core';
import type { SqlDialect } from './dialect.ts';

/** One statement that takes, or has taken, too long. */
export interface SlowQuery {
  /** As `fingerprint` gives it: no literal in it. */
  readonly shape: string;
  /** Up to now, when it still runs. */
  readonly tookMs: number;
  readonly state: 'running' | 'done' | 'failed';
  /** `select`, `insert`, `update`, `delete` or `other`. */
  readonly operation: string;
}

/** How `createQueryMonitor` judges; everything is optional. */
export interface QueryMonitorOptions {
  /**
   * A statement that takes this long is slow.
   * @defaultValue 1_000
   */
  readonly slowMs?: number;
  /**
   * How many shapes are told apart; beyond that, the least used one is added to `other`.
   * @defaultValue 500
   */
  readonly maxShapes?: number;
  /**
   * Shapes are cut to so many characters.
   * @defaultValue 1_000
   */
  readonly maxTextLength?: number;
  /**
   * So many statements of one shape in one request context are reported; `Infinity` for never.
   * @defaultValue 20
   */
  readonly repeatLimit?: number;
  /** Hears of a slow statement while it runs, and again when it has ended. */
  readonly onSlow?: (query: SlowQuery) => void;
  /** Hears once a request and shape of `count` statements that differ in their values alone (N+1). */
  readonly onRepeat?: (shape: string, count: number) => void;
  /**
   * The label `pool` of metrics and logs.
   * @defaultValue 'default'
   */
  readonly pool?: string;
  /**
   * How statements are read whose client does not say it itself, as those of `@xc/pool/mysql2` do.
   * @defaultValue 'standard'
   */
  readonly dialect?: SqlDialect;
  /** @defaultValue systemClock */
  readonly clock?: Clock;
  /** @defaultValue noopMeter */
  readonly meter?: Meter;
  /** @defaultValue noopLogger */
  readonly logger?: Logger;
  /** Runs each statement in a span `db.query`. Absent: no spans. */
  readonly tracer?: Tracer;
}
