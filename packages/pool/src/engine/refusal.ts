import type { AcquireFailure } from '../pool-event.ts';
import type { PoolStats } from '../pool-stats.ts';
import { closedError, createError } from './pool-errors.ts';
import type { PoolParts } from './pool-parts.ts';
import type { Supply } from './supply.ts';
import type { WaitingRoom } from './waiting-room.ts';

/** What a refusal rests on. */
export interface Asked<T> {
  readonly state: PoolStats['state'];
  readonly open: boolean;
  readonly parts: PoolParts;
  readonly room: WaitingRoom<T>;
  readonly supply: Supply<T>;
}

/** Why a borrower may not even wait; undefined when it may. Counts the refusal. */
export function refusalOf<T>(engine: Asked<T>, level: number, now: number): Error | undefined {
  const { parts, room, supply } = engine;
  const { name, createErrors } = parts.settings;
  const { shelf, creator } = supply;
  const refuse = (reason: AcquireFailure, error: Error): Error => {
    room.note(reason, 0, now);
    return error;
  };
  if (!engine.open) return refuse('closed', closedError(name));
  const retryInMs = creator.retryInMs(now);
  const hopeless = creator.failing && retryInMs > 0 && shelf.size === 0 && shelf.creating === 0;
  if (hopeless && createErrors === 'reject' && engine.state === 'running') {
    return refuse('create', createError(name, creator.lastError, retryInMs));
  }
  const full = room.admit(level, now);
  return full === undefined ? undefined : refuse('full', full);
}
