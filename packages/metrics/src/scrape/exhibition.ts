import type { Logger } from '@xc/core';
import type { Catalogue } from '../declare/catalogue.ts';
import { attachTo } from '../prom-client/attach.ts';
import { IncludedRegistry } from '../prom-client/include.ts';
import type { RegistryLike } from '../prom-client/registry-like.ts';
import { familySection } from '../render/family-section.ts';
import { labelText } from '../render/label-text.ts';
import { type PlainFamily, plainSection } from '../render/plain-section.ts';
import { type Rendered, render } from '../render/render.ts';
import type { Section } from '../render/section.ts';
import type { SelfMetrics } from '../self-metrics.ts';
import type { Environment } from '../series/environment.ts';
import type { Snapshot } from '../snapshot.ts';
import { snapshotOf } from '../take-snapshot.ts';
import { Collectors } from './collectors.ts';
import type { ScrapeListener } from './scrape-hooks.ts';
import type { RenderWhat } from './scraper.ts';

/** What is shown, and to whom it is said. */
export interface ExhibitionParts {
  readonly catalogue: Catalogue;
  readonly environment: Environment;
  readonly constant: Readonly<Record<string, string>>;
  readonly self: SelfMetrics;
  readonly sliceMs: number;
  readonly collectTimeoutMs: number;
  readonly logger: Logger;
}

/** Shows what the metrics hold: as an exposition, as plain data, and inside another registry. */
export class Exhibition {
  readonly collectors: Collectors;
  readonly listeners = new Set<ScrapeListener>();
  readonly #parts: ExhibitionParts;
  readonly #included = new Set<IncludedRegistry>();
  /** The collectors that run for a registry that we are attached to, until they are through. */
  #preparing: Promise<void> | undefined;
  #lastBytes = 0;

  constructor(parts: ExhibitionParts) {
    this.#parts = parts;
    this.collectors = new Collectors({
      clock: parts.environment.clock,
      timeoutMs: parts.collectTimeoutMs,
      failed: (name, error) => parts.self.collectorFailed(name, error),
    });
  }

  /** Collects, then renders. */
  async render({ format, names }: RenderWhat, signal: AbortSignal): Promise<Rendered> {
    const { environment, self, sliceMs } = this.#parts;
    const { clock } = environment;
    const startedAt = clock.monotonic();
    try {
      // Of this rendering alone: another one that runs at the same time reads for itself.
      const foreign = new Map<string, PlainFamily>();
      await Promise.all([
        this.collectors.run(signal),
        ...[...this.#included].map((included) => this.#readInto(foreign, included, signal)),
      ]);
      signal.throwIfAborted();
      environment.census.sweep();
      this.#count();
      const sections = this.#sections({ format, names }, [...foreign.values()]);
      const rendered = await render(sections, { format, clock, sliceMs, expectedBytes: this.#lastBytes, signal });
      if (names === undefined) this.#lastBytes = rendered.bytes.length;
      self.scraped(clock.monotonic() - startedAt, rendered.bytes.length);
      return rendered;
    } finally {
      for (const listener of this.listeners) listener.ended();
    }
  }

  snapshot(): Snapshot {
    const { catalogue, constant } = this.#parts;
    this.#count();
    return { metrics: catalogue.sorted().map((family) => snapshotOf(family, constant)) };
  }

  attach(registry: RegistryLike): { detach(): void } {
    const { catalogue, constant } = this.#parts;
    return attachTo(catalogue, { registry, constant, prepare: () => this.prepare() });
  }

  include(registry: RegistryLike): { detach(): void } {
    const { catalogue, logger } = this.#parts;
    const included = new IncludedRegistry(registry, {
      logger,
      owns: (name) => catalogue.owns(name),
      isOurs: (family) => catalogue.get(family.declaration.name) === family,
    });
    this.#included.add(included);
    return { detach: () => void this.#included.delete(included) };
  }

  #sections({ format, names }: RenderWhat, foreign: readonly PlainFamily[]): Section[] {
    const { catalogue, constant, environment } = this.#parts;
    const ours = catalogue.sorted();
    const taken = new Set([...ours.map(({ declaration }) => declaration.name), ...foreign.map(({ name }) => name)]);
    const isTaken = (name: string) => taken.has(name);
    const isWanted = (name: string) => names === undefined || names.has(name);
    const view = { format, constant: labelText(constant), created: environment.created, isTaken };
    return [
      ...ours.filter(({ declaration }) => isWanted(declaration.name)).map((family) => familySection(family, view)),
      ...foreign.filter(({ name }) => isWanted(name)).map((family) => plainSection(family, format, isTaken)),
    ];
  }

  /** So that what is shown says how much there is. */
  #count(): void {
    const { catalogue, self } = this.#parts;
    let series = 0;
    for (const family of catalogue.sorted()) if (!family.isExempt) series += family.series.length;
    self.holds(series);
  }

  /** Of two registries that have one name, the first to answer is shown. */
  #readInto(families: Map<string, PlainFamily>, included: IncludedRegistry, signal: AbortSignal): Promise<void> {
    const read = async () => {
      for (const family of await included.read()) if (!families.has(family.name)) families.set(family.name, family);
    };
    return this.collectors.one('included registry', read, signal);
  }

  /** Reads what is read before a scrape, for whoever takes the figures in another way; those who ask at once share it. */
  prepare(): Promise<void> {
    this.#preparing ??= this.collectors.run().then(() => {
      this.#preparing = undefined;
      this.#parts.environment.census.sweep();
      this.#count();
      for (const listener of this.listeners) listener.ended();
    });
    return this.#preparing;
  }
}
