import type { Counter, CounterCell, Gauge, GaugeCell, Histogram, HistogramCell, Meter } from '@xc/core';
import type { LabelNames, ValuesOf } from './label-value.ts';

/** What every entry of a catalogue says; `name` is in the field that names the type. */
interface BusinessFacts {
  readonly help: string;
  readonly labels?: LabelNames;
  readonly unit?: string;
  /** Who answers for the figure: a team, an address. */
  readonly owner: string;
  /** Of a histogram: upper bounds. */
  readonly buckets?: readonly number[];
}

/** One metric of the business: `{ counter: 'orders_paid_total', help, owner }`. */
export type BusinessEntry =
  | (BusinessFacts & { readonly counter: string })
  | (BusinessFacts & { readonly gauge: string })
  | (BusinessFacts & { readonly histogram: string });

/** Metrics of the business by the name that the code calls them. */
export type BusinessCatalogue = Readonly<Record<string, BusinessEntry>>;

type LabelsOf<E extends BusinessEntry> = E extends { readonly labels: infer L extends LabelNames } ? L : readonly [];

/** The instrument of one entry: a core instrument that knows how many labels it has. */
export interface BusinessInstrument<E extends BusinessEntry> {
  /** The cell of one combination of label values. */
  at(...values: ValuesOf<LabelsOf<E>>): BusinessCell<E>;
}

/** The cell of one entry. */
export type BusinessCell<E extends BusinessEntry> = E extends { readonly counter: string }
  ? CounterCell
  : E extends { readonly gauge: string }
    ? GaugeCell
    : HistogramCell;

/** The instruments of a catalogue, and its page. */
export type Business<C extends BusinessCatalogue> = { readonly [K in keyof C]: BusinessInstrument<C[K]> } & {
  /** The catalogue as a table: name, type, labels, unit, owner, help. */
  toMarkdown(): string;
};

/**
 * Makes a typed catalogue of business metrics, each with an owner, that can print itself.
 *
 * @throws TypeError when an entry names no type or no owner, or is called `toMarkdown`.
 *
 * @example
 * ```ts
 * const business = defineBusiness(metrics, {
 *   ordersPaid: { counter: 'orders_paid_total', help: 'Orders that were paid.', labels: ['currency'], owner: 'checkout' },
 * });
 * business.ordersPaid.at('EUR').inc();
 * ```
 */
export function defineBusiness<const C extends BusinessCatalogue>(meter: Meter, catalogue: C): Business<C> {
  const entries = Object.entries(catalogue).map(([key, entry]) => {
    if (key === 'toMarkdown') throw new TypeError('an entry of a catalogue cannot be called toMarkdown');
    if (typeof entry.owner !== 'string' || entry.owner === '') throw new TypeError(`${key} must have an owner`);
    return { key, entry, ...typeOf(key, entry) };
  });
  const instruments = entries.map(({ key, entry, type, name }) => [key, declare(meter, type, name, entry)] as const);
  const toMarkdown = () => {
    const rows = entries.map(({ entry, type, name }) =>
      row([name, type, (entry.labels ?? []).join(', '), entry.unit ?? '', entry.owner, entry.help]),
    );
    return [row(['name', 'type', 'labels', 'unit', 'owner', 'help']), '|---|---|---|---|---|---|', ...rows, ''].join(
      '\n',
    );
  };
  return { ...Object.fromEntries(instruments), toMarkdown } as Business<C>;
}

type BusinessType = 'counter' | 'gauge' | 'histogram';

function typeOf(key: string, entry: BusinessEntry): { readonly type: BusinessType; readonly name: string } {
  if ('counter' in entry) return { type: 'counter', name: entry.counter };
  if ('gauge' in entry) return { type: 'gauge', name: entry.gauge };
  if ('histogram' in entry) return { type: 'histogram', name: entry.histogram };
  throw new TypeError(`${key} must be a counter, a gauge or a histogram`);
}

function declare(meter: Meter, type: BusinessType, name: string, facts: BusinessFacts): Counter | Gauge | Histogram {
  const { owner: _, help, labels, unit, buckets } = facts;
  const spec = { name, help, ...(labels && { labels }), ...(unit && { unit }), ...(buckets && { buckets }) };
  return meter[type](spec);
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replace(/\|/g, '\\|').replace(/\s*\n\s*/g, ' ')).join(' | ')} |`;
}
