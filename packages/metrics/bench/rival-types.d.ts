/** The parts of the rivals that the benches use; they are installed for the benches alone. */
declare module '@platformatic/prom-client' {
  export * from 'prom-client';
}

declare module '@opentelemetry/sdk-metrics' {
  interface BoundLike {
    add(value: number, attributes?: Readonly<Record<string, string>>): void;
    record(value: number, attributes?: Readonly<Record<string, string>>): void;
  }
  export class MetricReader {
    collect(): Promise<unknown>;
    protected onShutdown(): Promise<void>;
    protected onForceFlush(): Promise<void>;
  }
  export class MeterProvider {
    constructor(options: { readers: readonly MetricReader[] });
    getMeter(name: string): {
      createCounter(name: string, options?: { valueType?: number }): BoundLike;
      createHistogram(name: string, options?: { advice?: { explicitBucketBoundaries?: readonly number[] } }): BoundLike;
    };
  }
}

declare module '@opentelemetry/api' {
  export const ValueType: { readonly DOUBLE: number };
}
