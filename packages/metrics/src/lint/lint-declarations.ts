import type { Declaration, MetricType } from '../declaration.ts';
import type { LintCode, LintProblem } from '../lint.ts';

/** A rule: what is wrong with a declaration, `undefined` when nothing is. */
type Rule = (declaration: Declaration) => string | undefined;

/** What is against the naming rules of Prometheus; empty when nothing is. */
export function lintDeclarations(declarations: readonly Declaration[]): readonly LintProblem[] {
  return declarations.flatMap((declaration) =>
    Object.entries(rules).flatMap(([code, rule]) => {
      const message = rule(declaration);
      return message === undefined ? [] : [{ metric: declaration.name, code: code as LintCode, message }];
    }),
  );
}

const rules: Readonly<Record<LintCode, Rule>> = {
  'counter-total': ({ name, type }) =>
    type === 'counter' && !name.endsWith('_total') ? 'the name of a counter ends in _total' : undefined,
  'total-not-counter': ({ name, type }) =>
    type !== 'counter' && name.endsWith('_total') ? `only counters end in _total, and this is a ${type}` : undefined,
  'not-base-unit': ({ name }) => unitIn(name, scaledUnits),
  'abbreviated-unit': ({ name }) => unitIn(name, abbreviations),
  'type-in-name': ({ name, type }) => {
    const found = partsOf(name).find((part) => typeNames.includes(part));
    return found === undefined ? undefined : `the name of this ${type} says ${found}, which is a type`;
  },
  'camel-case': ({ name, labels }) => {
    const found = [name, ...labels].find((each) => /[a-z][A-Z]/.test(each));
    return found === undefined ? undefined : `${found} is camelCase, names are snake_case`;
  },
  colon: ({ name }) => (name.includes(':') ? 'colons are for recording rules' : undefined),
  'help-missing': ({ help }) => (help.trim() === '' ? 'there is no help text' : undefined),
  'reserved-suffix': ({ name, type }) => {
    const suffix = Object.keys(suffixes).find((end) => name.endsWith(end));
    if (suffix === undefined || suffixes[suffix]?.includes(type)) return undefined;
    return `${suffix} is the end of samples of another type`;
  },
  'unit-suffix': ({ name, unit }) => {
    if (unit === undefined || unit === '') return undefined;
    return name.replace(/_total$/, '').endsWith(`_${unit}`)
      ? undefined
      : `the unit is ${unit} and the name does not end in it`;
  },
};

const typeNames = ['counter', 'gauge', 'histogram', 'summary'];

/** Which of our types may end so. An information metric is a gauge in text 0.0.4. */
const suffixes: Readonly<Record<string, readonly MetricType[]>> = {
  _bucket: [],
  _count: [],
  _sum: [],
  _created: [],
  _info: ['gauge'],
};

/** What is wrong, and the base unit that is meant. */
const scaledUnits: Readonly<Record<string, string>> = {
  ...to('seconds', ['minutes', 'hours', 'days', 'weeks', ...scaled('seconds')]),
  ...to('bytes', ['bits', ...scaled('bits'), ...scaled('bytes')]),
  ...to('grams', ['pounds', 'ounces', ...scaled('grams')]),
  ...to('meters', ['inches', 'yards', 'miles', ...scaled('meters'), ...scaled('metres')]),
  ...to('volts', scaled('volts')),
  ...to('amperes', scaled('amperes')),
  ...to('joules', ['calories', 'kilocalories', ...scaled('joules')]),
  ...to('ratio', ['percent', 'percents']),
  ...to('celsius', ['kelvin', 'kelvins', 'fahrenheit', 'rankine']),
};

const abbreviations: Readonly<Record<string, string>> = {
  ...to('seconds', ['s', 'sec', 'secs', 'ms', 'msec', 'us', 'usec', 'ns', 'nsec', 'm', 'h', 'd']),
  ...to('bytes', ['b', 'kb', 'mb', 'gb', 'tb', 'pb', 'kib', 'mib', 'gib', 'tib']),
};

function to(base: string, units: readonly string[]): Record<string, string> {
  return Object.fromEntries(units.map((unit) => [unit, base]));
}

function scaled(unit: string): string[] {
  const decimal = [
    'pico',
    'nano',
    'micro',
    'milli',
    'centi',
    'deci',
    'deca',
    'hecto',
    'kilo',
    'mega',
    'giga',
    'tera',
    'peta',
  ];
  const binary = ['kibi', 'mebi', 'gibi', 'tebi', 'pebi'];
  return [...decimal, ...binary].map((prefix) => `${prefix}${unit}`);
}

function unitIn(name: string, units: Readonly<Record<string, string>>): string | undefined {
  // Behind the first word: a metric may be called `s`, or `b_count`.
  const found = partsOf(name).find((part, index) => index > 0 && Object.hasOwn(units, part));
  return found === undefined ? undefined : `${found} is not a base unit, use ${units[found]}`;
}

function partsOf(name: string): string[] {
  return name.toLowerCase().split('_');
}
