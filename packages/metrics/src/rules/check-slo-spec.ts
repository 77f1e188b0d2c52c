import { burnThresholds } from './burn-thresholds.ts';
import type { SloSpec } from './slo.ts';

const namePattern = /^[a-z0-9-]{1,63}$/;
const metricPattern = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const labelPattern = /^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/;

/** Labels that the rules set themselves: a second value would make two series of one. */
const ownLabels = ['service', 'slo', 'window', 'severity', 'alertname'];

/**
 * Refuses a specification that Prometheus would refuse or misunderstand.
 *
 * @throws RangeError when a number is outside its range.
 * @throws TypeError when a name, an expression or a label is not one.
 */
export function checkSloSpec(spec: SloSpec): void {
  if (typeof spec !== 'object' || spec === null) throw new TypeError(`an SLO must be an object, got ${String(spec)}`);
  checkName('service', spec.service);
  checkName('name', spec.name);
  burnThresholds(spec.objectivePercent, spec.windowDays);
  checkSli(spec.sli);
  checkNotNegative('minRequestsPerSecond', spec.minRequestsPerSecond);
  checkNotNegative('absentMinutes', spec.absentMinutes);
  if (spec.absentMinutes !== undefined && !Number.isInteger(spec.absentMinutes)) {
    throw new RangeError(`absentMinutes must be a whole number, got ${spec.absentMinutes}`);
  }
  checkLabels('labels', spec.labels);
  if (spec.page !== false) checkLabels('page', spec.page);
  if (spec.ticket !== false) checkLabels('ticket', spec.ticket);
  checkTexts('annotations', spec.annotations);
  if (spec.test !== undefined) checkTestSeries(spec.test);
}

function checkName(what: string, value: unknown): void {
  if (typeof value === 'string' && namePattern.test(value)) return;
  throw new TypeError(`${what} must match [a-z0-9-]{1,63}, got ${JSON.stringify(value)}`);
}

function checkSli(sli: unknown): void {
  if (typeof sli !== 'object' || sli === null) throw new TypeError(`sli must be an object, got ${String(sli)}`);
  const { errors, total, histogram, thresholdSeconds, match } = sli as Readonly<Record<string, unknown>>;
  if (histogram === undefined) {
    checkExpression('sli.errors', errors);
    checkExpression('sli.total', total);
    return;
  }
  if (typeof histogram !== 'string' || !metricPattern.test(histogram)) {
    throw new TypeError(`sli.histogram must be the name of a metric, got ${JSON.stringify(histogram)}`);
  }
  if (typeof thresholdSeconds !== 'number' || !(thresholdSeconds > 0 && thresholdSeconds < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`sli.thresholdSeconds must be a finite number above 0, got ${String(thresholdSeconds)}`);
  }
  if (match !== undefined && typeof match !== 'string')
    throw new TypeError(`sli.match must be a string, got ${String(match)}`);
}

function checkExpression(what: string, expression: unknown): void {
  if (typeof expression !== 'string') throw new TypeError(`${what} must be a string, got ${String(expression)}`);
  if (!expression.includes('$window'))
    throw new TypeError(`${what} must have $window where the range goes, got ${JSON.stringify(expression)}`);
}

function checkNotNegative(what: string, value: unknown): void {
  if (value === undefined || (typeof value === 'number' && value >= 0 && value < Number.POSITIVE_INFINITY)) return;
  throw new RangeError(`${what} must be a finite number of at least 0, got ${String(value)}`);
}

function checkLabels(what: string, labels: unknown): void {
  checkTexts(what, labels);
  for (const name of Object.keys((labels as object | undefined) ?? {})) {
    if (ownLabels.includes(name)) throw new TypeError(`${what} must not set ${name}: the rules do`);
  }
}

function checkTexts(what: string, texts: unknown): void {
  if (texts === undefined) return;
  if (typeof texts !== 'object' || texts === null)
    throw new TypeError(`${what} must be an object, got ${String(texts)}`);
  for (const [name, value] of Object.entries(texts)) {
    if (!labelPattern.test(name))
      throw new TypeError(`${what} has a name that Prometheus refuses: ${JSON.stringify(name)}`);
    if (typeof value !== 'string') throw new TypeError(`${what}.${name} must be a string, got ${String(value)}`);
  }
}

function checkTestSeries(test: unknown): void {
  const { good, bad } = Object(test) as Readonly<Record<string, unknown>>;
  for (const [what, series] of Object.entries({ good, bad })) {
    if (typeof series === 'string' && series !== '') continue;
    throw new TypeError(`test.${what} must be a series such as x_total{status="200"}, got ${JSON.stringify(series)}`);
  }
}
