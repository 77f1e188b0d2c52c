import type { ProbeOutcome } from './node-probe.ts';
import type { NodeState } from './node-state.ts';
import { NodeWatch } from './node-watch.ts';
import { PrimaryTrail } from './primary-trail.ts';
import { Reign } from './reign.ts';
import type { ReplicaMetrics } from './replica-metrics.ts';
import type { ReplicaSettings } from './replica-settings.ts';

/** All nodes: which one is the primary, which ones can be read, and whoever waits for that to change. */
export class Topology<T> {
  readonly watches: readonly NodeWatch<T>[];
  readonly #settings: ReplicaSettings<T>;
  readonly #metrics: ReplicaMetrics;
  readonly #trail: PrimaryTrail;
  readonly #waiting = new Set<() => void>();
  #reign: Reign<T> | undefined;

  constructor(settings: ReplicaSettings<T>, metrics: ReplicaMetrics) {
    this.#settings = settings;
    this.#metrics = metrics;
    this.#trail = new PrimaryTrail(settings.view.compare);
    this.watches = settings.nodes.map(
      (node) => new NodeWatch(node, settings, (watch, outcome) => this.#heard(watch, outcome)),
    );
    for (const watch of this.watches) watch.lookNow();
  }

  /** Whether every node has been looked at once. Before that, an old primary could pass for the only one. */
  get known(): boolean {
    return this.watches.every((watch) => watch.looked);
  }

  /** Of the one that is known to reign now; undefined while no node accepts writes in the highest term that was ever seen. */
  get reign(): Reign<T> | undefined {
    const reign = this.#reign;
    return reign !== undefined && !reign.over && this.#canReign(reign.watch) ? reign : undefined;
  }

  /** Those that can be read as replicas, however much they lag. */
  get replicas(): readonly NodeWatch<T>[] {
    return this.watches.filter((watch) => watch.readable && watch.known?.writable === false);
  }

  /** Calls `tell` once, at the next change; returns what takes that back. */
  onChange(tell: () => void): () => void {
    this.#waiting.add(tell);
    return () => this.#waiting.delete(tell);
  }

  lookNow(): void {
    for (const watch of this.watches) watch.lookNow();
  }

  state(): readonly NodeState[] {
    return this.watches.map((watch) => {
      const { name, known, lagMs, ejected, latencyMs } = watch;
      return {
        name,
        role: this.#roleOf(watch),
        term: known?.term,
        lagMs,
        position: known?.position,
        ejected,
        latencyMs,
      };
    });
  }

  stop(): void {
    for (const watch of this.watches) watch.stop();
    this.#reign?.end();
    this.#changed();
  }

  #roleOf(watch: NodeWatch<T>): NodeState['role'] {
    if (watch.known === undefined) return 'unknown';
    if (!watch.known.writable) return 'replica';
    return this.#reign?.watch === watch && !this.#reign.over ? 'primary' : 'outdated';
  }

  #heard(watch: NodeWatch<T>, outcome: ProbeOutcome): void {
    if (outcome.kind === 'failed') this.#considerEjecting(watch, outcome.error);
    if (this.known) this.#elect();
    if (outcome.kind === 'good') this.#measureLag(watch, outcome.position, outcome.lagMs);
    this.#changed();
  }

  #considerEjecting(watch: NodeWatch<T>, error: unknown): void {
    if (watch.ejected || !watch.failing) return;
    // Somebody has to be asked, and the last one may be the first to answer again.
    if (!this.watches.some((other) => other !== watch && other.readable)) return;
    watch.ejected = true;
    this.#settings.logger.warn({ node: watch.name, err: error }, 'a database node is ejected: its probes fail');
  }

  #elect(): void {
    const best = this.watches.filter((watch) => this.#canReign(watch)).reduce(this.#better, undefined);
    const before = this.#reign;
    if (best?.known === undefined) {
      // One that only fails to answer may still come back, and what it was doing may still end well.
      if (before?.watch.known?.writable === false) before.end();
      return;
    }
    const { term } = best.known;
    if (before !== undefined && before.watch === best && before.term === term && !before.over) return;
    this.#reign = new Reign(best, term);
    this.#trail.clear();
    if (before === undefined || (before.watch === best && before.term === term)) return;
    this.#metrics.failovers.inc();
    this.#settings.logger.warn(
      { from: before.watch.name, to: best.name, term },
      'the primary of the database has changed',
    );
    before.end();
  }

  /** An older term than the highest one that ever reigned is that of a primary that has not heard of its end. */
  #canReign(watch: NodeWatch<T>): boolean {
    const { known, ejected, failing } = watch;
    return (
      known?.writable === true && !ejected && !failing && known.term >= (this.#reign?.term ?? Number.NEGATIVE_INFINITY)
    );
  }

  /** The higher term; in the same term the one that reigns, then the one that has written more. */
  readonly #better = (best: NodeWatch<T> | undefined, watch: NodeWatch<T>): NodeWatch<T> => {
    if (best?.known === undefined || watch.known === undefined) return watch;
    if (watch.known.term !== best.known.term) return watch.known.term > best.known.term ? watch : best;
    const reigning = this.#reign?.watch;
    if (watch === reigning || best === reigning) return watch === reigning ? watch : best;
    return this.#settings.view.compare(watch.known.position, best.known.position) > 0 ? watch : best;
  };

  #measureLag(watch: NodeWatch<T>, position: string, ownLagMs: number): void {
    const now = this.#settings.clock.monotonic();
    const reigns = this.#reign?.watch === watch;
    if (reigns) this.#trail.add(now, position);
    watch.lagMs = reigns ? 0 : Math.max(ownLagMs, this.#trail.lagMs(position, now));
    this.#metrics.lag(watch.name, watch.lagMs);
  }

  #changed(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const tell of waiting) tell();
  }
}
