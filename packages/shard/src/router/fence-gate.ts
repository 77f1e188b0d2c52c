import { type Clock, isXcError, type Logger, XcError } from '@xc/core';
import type { Move, Topology } from '../topology/topology.ts';
import { atMost } from './at-most.ts';
import type { TopologyFeed } from './topology-feed.ts';

/** What a gate needs. */
export interface GateParts {
  readonly feed: TopologyFeed;
  readonly bufferMs: number;
  readonly bufferMax: number;
  readonly healFenceMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Told how many wait. */
  readonly waiting: (count: number) => void;
  /** Told how long one waited, in seconds. */
  readonly waited: (seconds: number) => void;
}

/** A write that was refused: of which partition, with which term, and what the data said. */
export interface RefusedWrite {
  readonly partition: number;
  readonly term: number;
  readonly error: unknown;
}

/** A fence that was met: when first, and how it goes with opening it. */
interface ClosedFence {
  readonly term: number;
  readonly since: number;
  nextTryAt: number;
  isTold: boolean;
}

/** How soon a write that was refused looks again, where no watch tells it. */
const LOOK_MS = 50;

/**
 * Where refused writes wait for a newer term. A fence that stays closed has lost its mover: then the old owner is given the next
 * term, so that a dead mover never stops writes for long.
 */
export class FenceGate {
  readonly #parts: GateParts;
  readonly #closed = new Map<number, ClosedFence>();
  #count = 0;

  constructor(parts: GateParts) {
    this.#parts = parts;
  }

  /**
   * Resolves once the partition has a newer term.
   * @param since - When the write began to wait, its first time.
   * @throws XcError `XC_SHARD_CUTOVER_TIMEOUT` when none comes in time, or too many wait; the reason of the signal.
   */
  async passed(refused: RefusedWrite, since: number, signal: AbortSignal): Promise<void> {
    const { feed, bufferMs, bufferMax, clock } = this.#parts;
    // Known already: it need not wait, however many do.
    if (this.#isNewer(refused)) return;
    if (this.#count >= bufferMax) throw this.#timeout(refused, `${bufferMax} writes wait already`);
    const startedAt = clock.monotonic();
    this.#noteClosed(refused, startedAt);
    this.#count += 1;
    this.#parts.waiting(this.#count);
    try {
      const left = (): number => since + bufferMs - clock.monotonic();
      // The store may be away, or hang: what is known has to do, and the next look comes soon.
      const tries = [
        () => atMost(feed.look(), left(), clock, signal),
        () => atMost(this.#heal(refused), left(), clock, signal),
        () => this.#newerOrSoon(Math.min(LOOK_MS, left()), signal),
      ];
      for (let turn = 0; !this.#isNewer(refused); turn += 1) {
        if (left() <= 0) throw this.#timeout(refused, `no newer owner in ${bufferMs} ms`);
        await tries[turn % tries.length]?.();
      }
    } finally {
      this.#count -= 1;
      this.#parts.waiting(this.#count);
      this.#parts.waited((clock.monotonic() - startedAt) / 1_000);
    }
  }

  #isNewer({ partition, term }: RefusedWrite): boolean {
    const newer = (this.#parts.feed.current.terms[partition] as number) > term;
    if (newer) this.#closed.delete(partition);
    return newer;
  }

  #noteClosed({ partition, term }: RefusedWrite, since: number): void {
    const known = this.#closed.get(partition);
    if (known === undefined || known.term < term) {
      this.#closed.set(partition, { term, since, nextTryAt: 0, isTold: false });
    }
  }

  async #newerOrSoon(ms: number, signal: AbortSignal): Promise<void> {
    let takeBack = (): void => undefined;
    const newer = new Promise<void>((resolve) => {
      takeBack = this.#parts.feed.whenNewer(resolve);
    });
    try {
      await atMost(newer, ms, this.#parts.clock, signal);
    } finally {
      takeBack();
    }
  }

  /**
   * Gives the partition back to its owner, with the next term, once its fence has been closed for too long. One tries for all that
   * wait, and not at every turn.
   */
  async #heal({ partition, term, error }: RefusedWrite): Promise<void> {
    const { feed, clock, healFenceMs, logger } = this.#parts;
    const closed = this.#closed.get(partition);
    const now = clock.monotonic();
    if (closed === undefined || now - closed.since < healFenceMs || now < closed.nextTryAt) return;
    closed.nextTryAt = now + LOOK_MS;
    const { current } = feed;
    if (current.terms[partition] !== term) return;
    const next = withTerm(current, partition, Math.max(term + 1, minTermOf(error)));
    try {
      if (await feed.cas(next, current.epoch)) {
        logger.warn(
          { partition, shard: current.owners[partition], term: next.terms[partition] },
          'a fence that nobody opens was opened',
        );
      }
    } catch (failure) {
      if (!closed.isTold) logger.warn({ err: failure, partition }, 'a fence that nobody opens could not be opened');
      closed.isTold = true;
    }
  }

  #timeout({ partition, term, error }: RefusedWrite, why: string): XcError<'XC_SHARD_CUTOVER_TIMEOUT'> {
    return new XcError(
      'XC_SHARD_CUTOVER_TIMEOUT',
      `partition ${partition} is being moved and takes no writes: ${why}`,
      {
        cause: error,
        details: { partition, term },
        retryable: true,
      },
    );
  }
}

/** The next topology: the owner of one partition decided once more, in favour of who it was. */
function withTerm(topology: Topology, partition: number, term: number): Topology {
  const terms = [...topology.terms];
  terms[partition] = term;
  const moves = topology.moves.map((move) => (move.partition === partition ? withoutCutover(move, topology) : move));
  return { ...topology, epoch: topology.epoch + 1, terms, moves };
}

/** A switch that was being tried is given up: the move is where it was before. */
function withoutCutover(move: Move, { owners }: Topology): Move {
  if (move.phase !== 'cutover') return move;
  return { ...move, phase: owners[move.partition] === move.from ? 'catch-up' : 'reversible' };
}

/** What the data asks for, where it says so. */
function minTermOf(error: unknown): number {
  const minTerm = isXcError(error) ? error.details.minTerm : undefined;
  return Number.isSafeInteger(minTerm) ? (minTerm as number) : 0;
}
