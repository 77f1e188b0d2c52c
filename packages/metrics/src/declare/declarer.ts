import { checkBuckets, latencyBuckets } from '../buckets.ts';
import type { Declaration, MetricType } from '../declaration.ts';
import type { LabelNames } from '../label-value.ts';
import type { BaseSpec, GaugeAggregate, GaugeSpec, HistogramSpec, Overflow } from '../metric-spec.ts';
import { checkPositive, checkPositiveInteger } from '../option-checks.ts';
import { CounterSeries } from '../series/counter-series.ts';
import type { Environment } from '../series/environment.ts';
import { Family, type FamilyParts } from '../series/family.ts';
import { GaugeSeries } from '../series/gauge-series.ts';
import { HistogramSeries } from '../series/histogram-series.ts';
import type { Catalogue } from './catalogue.ts';
import { checkLabelName, checkMetricName } from './names.ts';

/** Any spec, with what only gauges and histograms have. */
export type AnySpec = BaseSpec<LabelNames> &
  Pick<GaugeSpec<LabelNames>, 'aggregate'> &
  Pick<HistogramSpec<LabelNames>, 'buckets'>;

/** What stands before everything declared here. */
export interface DeclareDefaults {
  readonly prefix: string;
  readonly constantLabels: readonly string[];
  readonly maxSeries: number;
  readonly maxValueLength: number;
  readonly exempt: boolean;
}

/** Where a metric is declared: its prefix, and the names of the labels that are fixed there. */
export interface DeclarePlace {
  readonly prefix: string;
  readonly fixedLabels: readonly string[];
}

/** Turns specs into metrics, and refuses what Prometheus would. */
export class Declarer {
  readonly #catalogue: Catalogue;
  readonly #environment: Environment;
  readonly #defaults: DeclareDefaults;

  constructor(catalogue: Catalogue, environment: Environment, defaults: DeclareDefaults) {
    this.#catalogue = catalogue;
    this.#environment = environment;
    this.#defaults = defaults;
  }

  declare(type: MetricType, spec: AnySpec, place: DeclarePlace = nowhere): Family {
    const { exempt, maxValueLength, prefix } = this.#defaults;
    const { maxSeries = this.#defaults.maxSeries, overflow = defaultOverflow[type], idleMs, allow = {} } = spec;
    const name = `${prefix}${place.prefix}${spec.name}`;
    checkMetricName(typeof spec.name === 'string' ? name : spec.name);
    const labels = [...place.fixedLabels, ...(spec.labels ?? [])];
    this.#checkLabels(name, type, labels);
    checkPositiveInteger('maxSeries', maxSeries);
    if (idleMs !== undefined) checkPositive('idleMs', idleMs);
    if (!overflows.has(overflow)) throw new TypeError(`overflow must be fold, drop or throw, got ${overflow}`);
    if (spec.aggregate !== undefined && !aggregates.has(spec.aggregate))
      throw new TypeError(`aggregate must be sum, min, max, average or each, got ${spec.aggregate}`);
    const declaration = declarationOf(type, name, labels, spec);
    const rules = {
      metric: name,
      labels,
      allow: labels.map((label) => (Object.hasOwn(allow, label) ? allow[label] : undefined)),
      maxValueLength,
    };
    return this.#catalogue.declare(declaration, () => {
      const make = seriesMaker(declaration);
      return new Family({
        declaration,
        rules,
        maxSeries,
        overflow,
        idleMs,
        environment: this.#environment,
        exempt,
        make,
      });
    });
  }

  #checkLabels(name: string, type: MetricType, labels: readonly string[]): void {
    const all = [...this.#defaults.constantLabels, ...labels];
    for (const [index, label] of all.entries()) {
      checkLabelName(label);
      if (all.indexOf(label) !== index) throw new TypeError(`${name} has the label ${label} twice`);
    }
    if (type === 'histogram' && all.includes('le')) {
      throw new TypeError(`${name} is a histogram and cannot have the label le, which is that of its buckets`);
    }
  }
}

const nowhere: DeclarePlace = { prefix: '', fixedLabels: [] };

const overflows: ReadonlySet<Overflow> = new Set(['fold', 'drop', 'throw']);

const aggregates: ReadonlySet<GaugeAggregate> = new Set(['sum', 'min', 'max', 'average', 'each']);

const defaultOverflow: Readonly<Record<MetricType, Overflow>> = { counter: 'fold', histogram: 'fold', gauge: 'drop' };

function declarationOf(type: MetricType, name: string, labels: readonly string[], spec: AnySpec): Declaration {
  const { unit, aggregate, buckets = latencyBuckets } = spec;
  return Object.freeze({
    name,
    help: String(spec.help ?? ''),
    type,
    labels: Object.freeze(labels),
    ...(unit === undefined ? {} : { unit }),
    ...(type === 'histogram' ? { buckets: checkBuckets(buckets) } : {}),
    ...(type === 'gauge' && aggregate !== undefined ? { aggregate } : {}),
  });
}

function seriesMaker({ type, buckets = [] }: Declaration): FamilyParts['make'] {
  if (type === 'counter') return (parent, label) => new CounterSeries(parent, label);
  if (type === 'gauge') return (parent, label) => new GaugeSeries(parent, label);
  // One fraction makes it a row of doubles, which it stays.
  const zeros = new Array(buckets.length + 2).fill(0).map((_, index) => index + 0.5);
  zeros.fill(0);
  const bounds = Float64Array.from(buckets);
  return (parent, label) => new HistogramSeries(parent, label, bounds, zeros);
}
