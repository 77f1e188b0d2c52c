/** One thing that was seen of a queue. The order of the list is the order in real time. */
export interface HistoryEvent {
  /** When it was seen, ms; for the reader, nothing is decided by it. */
  readonly t: number;
  readonly op: 'add' | 'start' | 'settle' | 'effect' | 'cancel' | 'crash' | 'freeze' | 'fault' | 'end';
  /** Of add and settle: asked, happened, did not happen, unknown. */
  readonly phase?: 'invoke' | 'ok' | 'fail' | 'info' | undefined;
  readonly id?: string | undefined;
  readonly key?: string | undefined;
  readonly worker?: string | undefined;
  /** Decimal digits: a double cannot tell big ones apart. */
  readonly fence?: string | bigint | number | undefined;
  readonly delivery?: number | undefined;
  /** Of a settle: `done`, `dead`, `cancelled`, `retry`, `release`, `redrive`. */
  readonly outcome?: string | undefined;
  /** The order in which a key's jobs were added, where the adder knows. */
  readonly seq?: number | undefined;
  /** Of an add: whether its job takes another turn in its key than that of its add, as it has a delay or was changed before it ran. */
  readonly unordered?: boolean | undefined;
  /** Of an effect: whether the store took it. */
  readonly accepted?: boolean | undefined;
}

/** What a history can break. */
export type HistoryRule =
  | 'lost'
  | 'unexpected'
  | 'double-settle'
  | 'fence-order'
  | 'unexplained-duplicate'
  | 'stale-settle'
  | 'fifo'
  | 'key-overlap';

/** One break. */
export interface HistoryViolation {
  readonly rule: HistoryRule;
  readonly id?: string;
  readonly key?: string;
  readonly message: string;
}

/** What a history holds. */
export interface HistoryStats {
  readonly events: number;
  /** Jobs whose add is known to have happened. */
  readonly added: number;
  readonly started: number;
  /** Starts but the first of each job. */
  readonly redelivered: number;
  readonly settled: Readonly<Record<string, number>>;
  /** Crashes, freezes and faults. */
  readonly faults: number;
  readonly keys: number;
}

/** Whether a settle is known to have ended its job for good. */
export function isTerminal({ op, phase, outcome }: HistoryEvent): boolean {
  return op === 'settle' && phase === 'ok' && (outcome === 'done' || outcome === 'dead' || outcome === 'cancelled');
}

/** Whether a dead job is known to have begun anew. */
export function isRedrive({ op, phase, outcome }: HistoryEvent): boolean {
  return op === 'settle' && phase === 'ok' && outcome === 'redrive';
}

/** The key of each job, as its add or a start tells. */
export function keysOf(history: readonly HistoryEvent[]): ReadonlyMap<string, string> {
  const keys = new Map<string, string>();
  for (const { id, key } of history) if (id !== undefined && key !== undefined) keys.set(id, key);
  return keys;
}
