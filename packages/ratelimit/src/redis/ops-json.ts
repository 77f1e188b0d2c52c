import { capacityOf } from '../limits/capacity.ts';
import type { QuotaRule } from '../limits/limit-rule.ts';
import type { LimitOp } from '../store/limit-op.ts';
import type { StepLease } from '../store/step.ts';
import type { PeriodBounds } from './period-bounds.ts';

const LEASE_TTL_MS = 30_000;
const DAY_MS = 86_400_000;

/** How the ops of a step read to a script. */
export interface OpsReading {
  /** Holds the concurrency units; renewing and releasing name it apart. */
  readonly lease?: StepLease | undefined;
  /** Decides as if each op cost that much. */
  readonly cost?: number;
}

/** A longer time in microseconds is one that `plain.lua` leaves to others. */
const LONGEST_US = 1e15;

/** The ops as `plain.lua` wants them, four values an op; `undefined` when they are not so plain. */
export function plainJson(ops: readonly LimitOp[]): string | undefined {
  let text = '';
  for (const { rule, cost, enforce, escalate } of ops) {
    const plain = (rule.algorithm === undefined || rule.algorithm === 'gcra') && enforce && rule.limit > 0;
    if (!plain || escalate !== undefined) return undefined;
    const { limit, windowMs, burst = limit } = rule;
    const interval = (windowMs * 1000) / limit;
    if ((interval * cost) % 1 !== 0 || interval * burst > LONGEST_US) return undefined;
    text += `${text === '' ? '[' : ','}${cost},${limit},${windowMs},${burst}`;
  }
  return `${text}]`;
}

/** The ops as all scripts want them: one JSON text, seven values an op, as `decide.lua` says. */
export function opsJson(
  ops: readonly LimitOp[],
  reading: OpsReading,
  boundsOf: (rule: QuotaRule) => PeriodBounds,
): string {
  let text = '';
  for (const op of ops) text += `${text === '' ? '[' : ','}${opJson(op, reading, boundsOf)}`;
  return `${text}]`;
}

function opJson(op: LimitOp, reading: OpsReading, boundsOf: (rule: QuotaRule) => PeriodBounds): string {
  const { rule } = op;
  const units = `${op.enforce ? 1 : 0},${reading.cost ?? op.cost},${rule.limit}`;
  const strikes = op.escalate === undefined ? '0' : escalateJson(op);
  switch (rule.algorithm) {
    case undefined:
    case 'gcra':
      return `"g",${units},${rule.windowMs},${rule.burst ?? rule.limit},${strikes}`;
    case 'bucket':
      return `"${rule.refill === 'interval' ? 'i' : 't'}",${units},${rule.windowMs},${capacityOf(rule)},${strikes}`;
    case 'sliding':
      return `"s",${units},${rule.windowMs},0,${strikes}`;
    case 'fixed':
      return `"${rule.aligned === true ? 'a' : 'f'}",${units},${rule.windowMs},0,${strikes}`;
    case 'log':
      return `"l",${units},${rule.windowMs},0,${strikes}`;
    case 'quota':
      return `"q",${units},${JSON.stringify(boundsOf(rule))},0,${strikes}`;
    case 'concurrency': {
      const { lease } = reading;
      const ttlMs = lease?.ttlMs ?? rule.ttlMs ?? LEASE_TTL_MS;
      return `"c",${units},${ttlMs},${lease === undefined ? 0 : JSON.stringify(lease.id)},${strikes}`;
    }
  }
}

// Shadow limits never block.
function escalateJson({ escalate, enforce }: LimitOp): string {
  if (escalate === undefined || !enforce) return '0';
  const { after, withinMs, blockMs, factor = 2, maxBlockMs = DAY_MS, forgetMs = DAY_MS } = escalate;
  return `[${after},${withinMs},${blockMs},${factor},${maxBlockMs},${forgetMs}]`;
}
