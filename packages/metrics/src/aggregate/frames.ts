import type { MetricSnapshot, SeriesData, Snapshot } from '../snapshot.ts';

/** Both are plain data that survives JSON and structured cloning alike. */
const REQUEST = '@xc/metrics/scrape';
const ANSWER = '@xc/metrics/frame';

/** Asks a worker for its figures. */
export interface FrameRequest {
  readonly type: typeof REQUEST;
  readonly id: number;
  /** How long its collectors may take. */
  readonly withinMs: number;
}

/** A worker's figures. */
export interface FrameAnswer {
  readonly type: typeof ANSWER;
  readonly id: number;
  readonly snapshot: Snapshot;
}

/** Writes a question. */
export function frameRequest(id: number, withinMs: number): FrameRequest {
  return { type: REQUEST, id, withinMs };
}

/** Writes an answer. */
export function frameAnswer(id: number, snapshot: Snapshot): FrameAnswer {
  return { type: ANSWER, id, snapshot };
}

/** Knows a question among other people's messages. */
export function isFrameRequest(message: unknown): message is FrameRequest {
  const { type, id, withinMs } = fieldsOf(message);
  return type === REQUEST && Number.isSafeInteger(id) && isAmount(withinMs);
}

/** Knows a whole answer among other people's messages and damaged ones. */
export function isFrameAnswer(message: unknown): message is FrameAnswer {
  const { type, id, snapshot } = fieldsOf(message);
  const { metrics } = fieldsOf(snapshot);
  return type === ANSWER && Number.isSafeInteger(id) && Array.isArray(metrics) && metrics.every(isMetric);
}

function isMetric(metric: unknown): metric is MetricSnapshot {
  const { name, help, type, labels, buckets, series } = fieldsOf(metric);
  if (typeof name !== 'string' || typeof help !== 'string' || !isTexts(labels) || !Array.isArray(series)) return false;
  if (type === 'histogram') {
    return isNumbers(buckets) && series.every((one) => isHistogramSeries(one, buckets.length + 1));
  }
  return (
    (type === 'counter' || type === 'gauge') && series.every((one) => hasLabels(one) && isNumber(fieldsOf(one).value))
  );
}

function isHistogramSeries(series: unknown, length: number): series is SeriesData {
  const { count, sum, buckets } = fieldsOf(series);
  return hasLabels(series) && isNumber(count) && isNumber(sum) && isNumbers(buckets) && buckets.length === length;
}

function hasLabels(series: unknown): boolean {
  const { labels } = fieldsOf(series);
  return typeof labels === 'object' && labels !== null && isTexts(Object.values(labels));
}

function isTexts(values: unknown): values is readonly string[] {
  return Array.isArray(values) && values.every((value) => typeof value === 'string');
}

function isNumbers(values: unknown): values is readonly number[] {
  return Array.isArray(values) && values.every(isNumber);
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}

function isAmount(value: unknown): value is number {
  return isNumber(value) && value >= 0;
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
