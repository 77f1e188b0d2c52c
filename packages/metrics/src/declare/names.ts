import { textOf } from '../series/value-shaper.ts';

const metricName = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const labelName = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** @throws TypeError when Prometheus would not take the name. */
export function checkMetricName(name: unknown): asserts name is string {
  if (typeof name === 'string' && metricName.test(name)) return;
  throw new TypeError(`metric name must match ${shown(metricName)}, got ${JSON.stringify(name)}`);
}

/** @throws TypeError when no name of Prometheus begins with it. */
export function checkPrefix(prefix: unknown): asserts prefix is string {
  if (prefix === '' || (typeof prefix === 'string' && metricName.test(prefix))) return;
  throw new TypeError(`prefix must match ${shown(metricName)}, got ${JSON.stringify(prefix)}`);
}

/** @throws TypeError when Prometheus would not take one of the names, or keeps it for itself. */
export function checkLabelName(name: unknown): asserts name is string {
  if (typeof name === 'string' && labelName.test(name) && !name.startsWith('__')) return;
  throw new TypeError(`label name must match ${shown(labelName)} and not start with __, got ${JSON.stringify(name)}`);
}

/**
 * Fixed labels as text, in their order.
 *
 * @throws TypeError when a name is none, or a value cannot be text.
 */
export function checkFixedLabels(labels: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const entries = Object.entries(labels).map(([name, value]) => {
    checkLabelName(name);
    const text = textOf(value);
    if (text === undefined) throw new TypeError(`label ${name} must be text, got ${typeof value}`);
    return [name, text] as const;
  });
  return Object.fromEntries(entries);
}

function shown(pattern: RegExp): string {
  return pattern.source.slice(1, -1);
}
