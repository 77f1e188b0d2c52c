import type { Diagnosis } from '../diagnosis.ts';
import type { PoolStats } from '../pool-stats.ts';
import { diagnosisOf } from './diagnose.ts';
import type { LoadMeter } from './load-meter.ts';
import type { Loans } from './loans.ts';
import type { PoolParts } from './pool-parts.ts';
import type { Supply } from './supply.ts';
import type { WaitingRoom } from './waiting-room.ts';

/** The parts of an engine that its figures come from. */
export interface Reported<T> {
  readonly state: PoolStats['state'];
  readonly leakDesk: { readonly count: number };
  readonly parts: PoolParts;
  readonly supply: Supply<T>;
  readonly loans: Loans<T>;
  readonly room: WaitingRoom<T>;
  readonly load: LoadMeter;
}

// Nobody knows what is usual before there are this many loans to tell.
const fewLoans = 10;
// A shorter wait says nothing about whether anything comes back.
const tellingWaitMs = 1_000;
const usualLeakAfterMs = 60_000;

/** The figures of this moment. */
export function statsOf<T>({ state, leakDesk, supply, loans, room }: Reported<T>): PoolStats {
  const { shelf } = supply;
  return {
    state,
    generation: supply.generation,
    size: shelf.size,
    idle: shelf.idle.size,
    inUse: shelf.lent.size,
    creating: shelf.creating,
    closing: shelf.closing,
    waiting: room.size,
    min: supply.min,
    max: supply.max,
    limit: supply.limit,
    acquired: loans.acquired,
    created: shelf.created,
    closed: shelf.closed,
    timeouts: room.timeouts,
    createFailures: supply.createFailures,
    leaks: leakDesk.count,
    misuse: loans.misuse,
  };
}

/** Why one borrower waits, or with no `wait`, how the pool is. */
export function diagnosePool<T>(
  engine: Reported<T>,
  now: number,
  wait?: { readonly waitedMs: number; readonly stalled: boolean },
): Diagnosis {
  const { parts, supply, loans, room, load } = engine;
  const { failing, lastError, openingSince } = supply.creator;
  const waitedMs = wait?.waitedMs ?? (room.oldestSince === undefined ? undefined : now - room.oldestSince);
  const telling = wait !== undefined || (waitedMs ?? 0) >= tellingWaitMs;
  return diagnosisOf({
    stats: statsOf(engine),
    leases: loans.info(now),
    load: load.recent(now),
    usualMs: load.usage.total < fewLoans ? undefined : load.usage.at(0.95),
    leakAfterMs: parts.settings.leak?.afterMs ?? usualLeakAfterMs,
    waitedMs,
    sinceReturnMs: telling ? now - load.lastReturnAt : 0,
    openingForMs: openingSince === undefined ? undefined : now - openingSince,
    failing,
    lastCreateError: lastError,
    stalled: wait?.stalled ?? false,
  });
}
