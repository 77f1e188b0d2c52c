import { type Backoff, exponentialBackoff, type Timer } from '@xc/core';
import type { Pool } from '../pool.ts';
import { type ProbeOutcome, probeNode } from './node-probe.ts';
import type { ReplicaSettings } from './replica-settings.ts';
import type { DatabaseNode } from './replication-view.ts';

type Known = Extract<ProbeOutcome, { kind: 'good' }>;

/** How much the newest latency counts. */
const NEWEST = 0.3;
/** An ejected node is looked at again after so many usual rounds at the latest. */
const LONGEST_BACKOFF = 10;

/** Looks at one node again and again, one look at a time, and counts how that goes. */
export class NodeWatch<T> {
  readonly name: string;
  readonly pool: Pool<T>;
  readonly weight: number;
  /** The last answer. */
  known: Known | undefined;
  /** Replaces what a replica says itself when the trail of the primary knows better. */
  lagMs = Number.POSITIVE_INFINITY;
  latencyMs: number | undefined;
  /** Failed looks since the last good one. */
  failures = 0;
  ejected = false;
  /** Whether a first look is through. */
  looked = false;
  readonly #settings: ReplicaSettings<T>;
  readonly #backoff: Backoff;
  readonly #onOutcome: (watch: NodeWatch<T>, outcome: ProbeOutcome) => void;
  #good = 0;
  #timer: Timer | undefined;
  #looking: Promise<void> | undefined;
  #again = false;
  #stopped = false;
  #lastLookAt = Number.NEGATIVE_INFINITY;

  constructor(
    node: DatabaseNode<T>,
    settings: ReplicaSettings<T>,
    onOutcome: (watch: NodeWatch<T>, outcome: ProbeOutcome) => void,
  ) {
    this.name = node.name;
    this.pool = node.pool;
    this.weight = node.weight ?? 1;
    this.#settings = settings;
    this.#onOutcome = onOutcome;
    const { probeEveryMs } = settings;
    this.#backoff = exponentialBackoff({
      baseMs: probeEveryMs,
      capMs: probeEveryMs * LONGEST_BACKOFF,
      jitter: 'equal',
    });
  }

  get failing(): boolean {
    return this.failures >= this.#settings.ejectAfter;
  }

  get readable(): boolean {
    return this.known !== undefined && !this.ejected;
  }

  /** Starts a look at once; when one is under way, another one right after it, since it may have begun too early. */
  lookNow(): void {
    if (this.#looking === undefined) void this.look();
    else this.#again = true;
  }

  /** Resolves after the look that is under way, or one that starts now; at once when the last one is younger than `freshMs`. */
  look(freshMs = 0): Promise<void> {
    if (this.#stopped || this.#settings.clock.monotonic() - this.#lastLookAt < freshMs) return Promise.resolve();
    this.#looking ??= this.#look();
    return this.#looking;
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  async #look(): Promise<void> {
    this.#timer?.cancel();
    const { view, clock, probeTimeoutMs, logger } = this.#settings;
    const outcome = await probeNode(this.pool, view, clock, probeTimeoutMs);
    this.#looking = undefined;
    this.#lastLookAt = clock.monotonic();
    if (this.#stopped) return;
    this.looked = true;
    if (outcome.kind === 'good') this.#isWell(outcome);
    else if (outcome.kind === 'failed') this.#hasFailed();
    try {
      this.#onOutcome(this, outcome);
    } catch (error) {
      // The view could not compare what it gave out.
      logger.error({ node: this.name, err: error }, 'what a database node answered makes no sense');
    }
    this.#schedule();
  }

  #isWell(known: Known): void {
    this.failures = 0;
    this.#good += 1;
    this.known = known;
    this.latencyMs =
      this.latencyMs === undefined ? known.tookMs : this.latencyMs + NEWEST * (known.tookMs - this.latencyMs);
    if (this.#good >= this.#settings.readmitAfter) this.ejected = false;
  }

  #hasFailed(): void {
    this.failures += 1;
    this.#good = 0;
  }

  #schedule(): void {
    if (this.#again) {
      this.#again = false;
      void this.look();
      return;
    }
    const { clock, random, probeEveryMs, ejectAfter } = this.#settings;
    const since = this.failures - ejectAfter + 1;
    const delayMs = this.ejected && since > 0 ? this.#backoff.delayMs(since, random) : probeEveryMs;
    this.#timer = clock.after(delayMs, () => void this.look());
  }
}
