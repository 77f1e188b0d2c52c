import { ValueType } from '@opentelemetry/api';
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import * as platformatic from '@platformatic/prom-client';
import * as promClient from 'prom-client';
import { createMetrics, latencyBuckets, type Metrics } from '../src/index.ts';

/** prom-client, and who does the same by the same names. */
export const promClients = { 'prom-client': promClient, platformatic } as const;
export type PromClient = typeof promClient;

export const labelNames = ['method', 'route', 'status'] as const;
export const help = 'What is measured.';

/** Ours, with room for every series of a bench. */
export function roomy(labels: Readonly<Record<string, string>> = {}): Metrics {
  return createMetrics({ maxSeries: 1_000_000, maxTotalSeries: 1_000_000, selfMetrics: false, labels });
}

/** OpenTelemetry has no bound instruments: attributes go along with each value. */
export function openTelemetry() {
  const reader = new (class extends MetricReader {
    protected override async onShutdown() {}
    protected override async onForceFlush() {}
  })();
  const meter = new MeterProvider({ readers: [reader] }).getMeter('bench');
  return {
    reader,
    counter: meter.createCounter('requests_total', { valueType: ValueType.DOUBLE }),
    histogram: meter.createHistogram('duration_seconds', { advice: { explicitBucketBoundaries: latencyBuckets } }),
  };
}

/** Templates as a router has them; each text stands for itself, as one that comes from a request would. */
export function routes(count: number): string[] {
  return Array.from({ length: count }, (_, index) => Buffer.from(`/cities/:id/part-${index}`).toString());
}
