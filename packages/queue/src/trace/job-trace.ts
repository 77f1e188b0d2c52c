import { noopTracer, type Tracer } from '@xc/core';
import { currentContext, runInContext } from '@xc/core/context';

/** What a job carries of its caller: W3C trace headers, correlation id and tenant. */
export type JobTrace = Readonly<Record<string, string>>;

const correlation = 'xc-correlation-id';
const tenantName = 'xc-tenant';
const mostBytes = 1_024;

/** The trace and the ambient context of the caller, or `undefined` where there is neither. Of what the tracer says the longest is left out above 1 kB. */
export function callersTrace(tracer: Tracer): JobTrace | undefined {
  const context = currentContext();
  if (tracer === noopTracer && context === undefined) return undefined;
  const trace: Record<string, string> = {};
  let left = mostBytes;
  for (const [name, value] of shortestFirst(tracer.inject())) {
    left -= sizeOf(name, value);
    // A trace goes on without its `tracestate`, never without its `traceparent`, which is short.
    if (left >= 0) trace[name] = value;
  }
  if (context !== undefined) trace[correlation] = context.correlationId;
  if (context?.tenant !== undefined) trace[tenantName] = context.tenant;
  return Object.keys(trace).length === 0 ? undefined : trace;
}

function shortestFirst(carrier: Readonly<Record<string, string>>): readonly (readonly [string, string])[] {
  return Object.entries(carrier).sort((one, other) => sizeOf(...one) - sizeOf(...other));
}

function sizeOf(name: string, value: string): number {
  return Buffer.byteLength(name) + Buffer.byteLength(value);
}

/** Runs `fn` where the caller of `add` was: as a child of its span, in its context. */
export function runTraced<T>(tracer: Tracer, trace: JobTrace, fn: () => T): T {
  const { [correlation]: correlationId, [tenantName]: tenant, ...carrier } = trace;
  if (correlationId === undefined) return tracer.continue(carrier, fn);
  const context = { correlationId, ...(tenant === undefined ? {} : { tenant }) };
  return tracer.continue(carrier, () => runInContext(context, fn));
}
