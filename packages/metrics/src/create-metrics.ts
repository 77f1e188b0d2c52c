import { noopLogger, systemClock } from '@xc/core';
import { Catalogue } from './declare/catalogue.ts';
import { Declarer } from './declare/declarer.ts';
import { InstrumentShelf } from './declare/instruments.ts';
import { checkFixedLabels, checkPrefix } from './declare/names.ts';
import { lintDeclarations } from './lint/lint-declarations.ts';
import type { Metrics } from './metrics.ts';
import type { MetricsOptions } from './metrics-options.ts';
import { checkAtLeast, checkPositive, checkPositiveInteger } from './option-checks.ts';
import { createScope } from './scope.ts';
import { Exhibition } from './scrape/exhibition.ts';
import { collectHook, scrapeHooks } from './scrape/scrape-hooks.ts';
import { Scraper } from './scrape/scraper.ts';
import { SelfMetrics } from './self-metrics.ts';
import { Census } from './series/census.ts';
import type { Environment } from './series/environment.ts';
import { HASH_LENGTH } from './series/value-shaper.ts';

/**
 * Creates a Metrics: a core Meter that is capped, scraped, and fits into a prom-client registry.
 *
 * A bound cell is a memory slot: bind it once with `at` and keep it where the hot path is.
 *
 * @throws RangeError when a number is not one that can be; TypeError when the prefix or a constant label is none of Prometheus.
 *
 * @example
 * ```ts
 * const metrics = createMetrics({ labels: { service: 'atlas' } });
 * const requests = metrics.counter({ name: 'requests_total', help: 'Requests.', labels: ['method'] });
 * requests.at('GET').inc();
 * const { headers, body } = await metrics.scrape({ accept: request.headers.accept });
 * ```
 */
export function createMetrics(options: MetricsOptions = {}): Metrics {
  const {
    prefix = '',
    maxSeries = 1_000,
    maxTotalSeries = 100_000,
    maxValueLength = 256,
    selfMetrics = true,
  } = options;
  const { created = false, exemplars, sliceMs = 2, collectTimeoutMs = 1_000 } = options;
  const { clock = systemClock, logger = noopLogger } = options;
  const constant = checkFixedLabels(options.labels);
  checkPrefix(prefix);
  checkPositiveInteger('maxSeries', maxSeries);
  checkPositiveInteger('maxTotalSeries', maxTotalSeries);
  checkPositiveInteger('maxValueLength', maxValueLength);
  checkAtLeast('maxValueLength', maxValueLength, HASH_LENGTH);
  checkAtLeast('sliceMs', sliceMs, 0);
  checkPositive('collectTimeoutMs', collectTimeoutMs);

  const catalogue = new Catalogue();
  const self = new SelfMetrics(logger);
  const environment: Environment = { clock, created, exemplars, census: new Census(maxTotalSeries), refusals: self };
  const defaults = { prefix, constantLabels: Object.keys(constant), maxSeries, maxValueLength, exempt: false };
  const declarer = new Declarer(catalogue, environment, defaults);
  if (selfMetrics) self.declare(new Declarer(catalogue, environment, { ...defaults, prefix: '', exempt: true }));

  const shelf = new InstrumentShelf(declarer);
  const exhibition = new Exhibition({ catalogue, environment, constant, self, sliceMs, collectTimeoutMs, logger });
  const scraper = new Scraper((what, signal) => exhibition.render(what, signal));
  const declarations = () => catalogue.sorted().map(({ declaration }) => declaration);
  const metrics = {
    counter: (spec) => shelf.instrument('counter', spec),
    gauge: (spec) => shelf.instrument('gauge', spec),
    histogram: (spec) => shelf.instrument('histogram', spec),
    scope: (scope) => createScope(declarer, scope),
    collect: (name, fn) => exhibition.collectors.add(name, fn),
    scrape: (request) => scraper.scrape(request),
    snapshot: () => exhibition.snapshot(),
    declarations,
    lint: () => lintDeclarations(declarations()),
    attach: (registry) => exhibition.attach(registry),
    include: (registry) => exhibition.include(registry),
  } as Metrics;
  // Not enumerable: they are for our own instruments and aggregates.
  Object.defineProperty(metrics, scrapeHooks, { value: exhibition.listeners });
  Object.defineProperty(metrics, collectHook, { value: () => exhibition.prepare() });
  return metrics;
}
