import { type Clock, isXcError, type Logger } from '@xc/core';
import { FencedError } from '../errors/fenced-error.ts';
import type { DataAdapter, IntendedWrite, Place } from '../moving/data-adapter.ts';
import type { Move, MovePhase, Topology } from '../topology/topology.ts';
import { Scope } from './scope.ts';

/** While a move is in one of these, both of its sides get every write. */
const mirrored: readonly MovePhase[] = [
  'dual-write',
  'copy',
  'catch-up',
  'verify',
  'cutover',
  'reversible',
  // Whether it still captures only the owner knows: where it does not, nothing is marked and nothing mirrored.
  'failed',
];

/** How long a write may be under way where the adapter does not say. */
export const WRITE_DEADLINE_MS = 2_000;

/** Where a write is made, and where it has to be as well. */
export interface Sides {
  readonly owner: Place;
  readonly other: Place;
}

/** A write that is known to be meant. */
export interface MarkedWrite {
  /** Brings what was written to the other side. What fails there is left to the mover, which knows of it by the mark. */
  carry(): Promise<void>;
  /** Nothing was written. */
  takeBack(): Promise<void>;
}

/** What a mirror needs. */
export interface MirrorParts {
  readonly adapter: DataAdapter;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Aborts when the router is closed. */
  readonly closed: AbortSignal;
}

/**
 * Carries writes to the other side of a move, for data that does not note itself what changes. First a mark at the owner, so
 * that a write that is not carried over is known to the mover; the mark goes when the other side has the row.
 */
export class Mirror {
  readonly #parts: MirrorParts;
  readonly #deadlineMs: number;

  constructor(parts: MirrorParts) {
    this.#parts = parts;
    this.#deadlineMs = parts.adapter.writeDeadlineMs ?? WRITE_DEADLINE_MS;
  }

  /** Notes at the owner which rows are about to be written; `undefined` where nothing is captured. */
  async mark(sides: Sides, write: IntendedWrite, signal: AbortSignal): Promise<MarkedWrite | undefined> {
    const { adapter } = this.#parts;
    const { owner } = sides;
    const carried = (own: AbortSignal): Promise<void> => this.#carried(sides, write.keys, own);
    // Nobody would ever know of a write that was made and not carried over: then its caller has to.
    if (adapter.mark === undefined) return { carry: () => this.#inTime(carried), takeBack: async () => undefined };
    const mark = await adapter.mark(owner, write, signal);
    if (mark === undefined) return undefined;
    const unmarked = async (own: AbortSignal): Promise<void> => adapter.unmark?.(owner, mark, own);
    return {
      carry: () => this.#quietly(sides, (own) => carried(own).then(() => unmarked(own))),
      takeBack: () => this.#quietly(sides, unmarked),
    };
  }

  /** The rows as they are now, not as they were written: another write may have been faster. */
  async #carried({ owner, other }: Sides, keys: readonly string[], signal: AbortSignal): Promise<void> {
    const { adapter } = this.#parts;
    const rows = new Map((await adapter.read(owner, keys, signal)).map((row) => [row.key, row]));
    const changes = keys.map((key) => ({ key, row: rows.get(key) }));
    await adapter.apply(other, changes, signal);
  }

  #inTime(act: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const { clock, closed } = this.#parts;
    return Scope.within({ timeoutMs: this.#deadlineMs }, closed, clock, act);
  }

  /** What fails here is mended by the mover, which finds the mark: it must not fail a write that was made, nor hold it up for long. */
  async #quietly({ owner, other }: Sides, act: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const { logger } = this.#parts;
    try {
      await this.#inTime(act);
    } catch (error) {
      const { partition, moveId, shard: from } = owner;
      // Another mover has taken the move over, or it is over.
      const isExpected = isXcError(error, 'XC_SHARD_MOVER_SUPERSEDED');
      if (!isExpected)
        logger.warn({ err: error, partition, moveId, from, to: other.shard }, 'a write was not mirrored');
    }
  }
}

/** `undefined` for a partition that is on one side only. */
export function sidesOf(topology: Topology, partition: number): Sides | undefined {
  const move = moveOf(topology, partition);
  if (move === undefined || !mirrored.includes(move.phase)) return undefined;
  const { moveId, mover, from, to } = move;
  const shard = topology.owners[partition] as string;
  const owner = { shard, partition, moveId, mover };
  return { owner, other: { ...owner, shard: shard === from ? to : from } };
}

function moveOf({ moves }: Topology, partition: number): Move | undefined {
  return moves.length === 0 ? undefined : moves.find((move) => move.partition === partition);
}

/**
 * A fence that the data does not know is in the topology: a partition that is being switched takes no writes.
 * @throws FencedError
 */
export function checkNotSwitching(topology: Topology, partition: number): void {
  if (moveOf(topology, partition)?.phase !== 'cutover') return;
  const term = topology.terms[partition] as number;
  throw new FencedError({ partition, term, minTerm: term + 1 });
}
