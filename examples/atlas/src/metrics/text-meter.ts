import type { HistogramSpec, Meter, MetricSpec } from '@xc/core';

export interface TextMeter extends Meter {
  /** Everything counted so far, in the Prometheus text format 0.0.4. */
  text(): string;
}

type Kind = 'counter' | 'gauge' | 'histogram';
interface Family {
  readonly kind: Kind;
  readonly spec: MetricSpec;
  /** One cell for each combination of label values. */
  readonly cells: Map<string, Cell>;
}
interface Cell {
  lines(name: string, labels: string): string[];
}

const secondsBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** A `Meter` that remembers its numbers and prints them for a scraper. */
export function createTextMeter(): TextMeter {
  const families = new Map<string, Family>();

  function family(kind: Kind, spec: MetricSpec): Family {
    const known = families.get(spec.name);
    if (known?.kind === kind) return known;
    if (known !== undefined) throw new TypeError(`${spec.name} is a ${known.kind} already, not a ${kind}`);
    const made: Family = { kind, spec, cells: new Map() };
    families.set(spec.name, made);
    return made;
  }

  /** Whoever asks for the same labels again gets the same cell. */
  function cells<C extends Cell>(kind: Kind, spec: MetricSpec, make: () => C): { at(...values: string[]): C } {
    const { cells } = family(kind, spec);
    return {
      at(...values) {
        const labels = labelText(spec.labels ?? [], values);
        const cell = cells.get(labels) ?? make();
        cells.set(labels, cell);
        return cell as C;
      },
    };
  }

  return {
    counter: (spec) => cells('counter', spec, numberCell),
    gauge: (spec) => cells('gauge', spec, numberCell),
    histogram: (spec: HistogramSpec) => cells('histogram', spec, () => histogramCell(spec.buckets ?? secondsBuckets)),
    text() {
      const lines: string[] = [];
      for (const [name, { kind, spec, cells }] of families) {
        lines.push(`# HELP ${name} ${spec.help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`);
        lines.push(`# TYPE ${name} ${kind}`);
        for (const [labels, cell] of cells) lines.push(...cell.lines(name, labels));
      }
      return `${lines.join('\n')}\n`;
    },
  };
}

function numberCell() {
  let value = 0;
  return {
    inc(by = 1) {
      value += by;
    },
    set(to: number) {
      value = to;
    },
    add(by: number) {
      value += by;
    },
    lines: (name: string, labels: string) => [`${name}${braces(labels)} ${value}`],
  };
}

function histogramCell(bounds: readonly number[]) {
  const counts = bounds.map(() => 0);
  let count = 0;
  let sum = 0;
  return {
    record(value: number) {
      count += 1;
      sum += value;
      const bucket = bounds.findIndex((bound) => value <= bound);
      if (bucket >= 0) counts[bucket] = (counts[bucket] ?? 0) + 1;
    },
    lines(name: string, labels: string) {
      let upTo = 0;
      const buckets = bounds.map((bound, index) => {
        upTo += counts[index] ?? 0;
        return bucketLine(name, labels, String(bound), upTo);
      });
      const total = [`${name}_sum${braces(labels)} ${sum}`, `${name}_count${braces(labels)} ${count}`];
      return [...buckets, bucketLine(name, labels, '+Inf', count), ...total];
    },
  };
}

function bucketLine(name: string, labels: string, bound: string, count: number): string {
  return `${name}_bucket${braces(labels === '' ? `le="${bound}"` : `${labels},le="${bound}"`)} ${count}`;
}

function labelText(names: readonly string[], values: readonly string[]): string {
  return names.map((name, index) => `${name}="${escapeLabel(values[index] ?? '')}"`).join(',');
}

function escapeLabel(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function braces(labels: string): string {
  return labels === '' ? '' : `{${labels}}`;
}
