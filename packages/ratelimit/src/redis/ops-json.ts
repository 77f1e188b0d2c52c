import { capacityOf } from '../limits/capacity.ts';
import type { LimitOp } from '../store/limit-op.ts';
import type { StepLease } from '../store/step.ts';
import type { PeriodBounds } from './period-bounds.ts';

const LEASE_TTL_MS = 30_000;
const DAY_MS = 86_400_000;

/** How a step reads to a script. */
export interface OpsContext {
  /** Of the take; renewing and releasing name it apart. */
  readonly lease?: StepLease | undefined;
  /** Decides as if each op cost that much. */
  readonly cost?: number;
  boundsOf(op: LimitOp): PeriodBounds | undefined;
}

/** The ops as the scripts want them: one JSON text, seven values an op, as `decide.lua` says. */
export function opsJson(ops: readonly LimitOp[], context: OpsContext): string {
  let text = '[';
  for (let index = 0; index < ops.length; index += 1) {
    if (index > 0) text += ',';
    text += opJson(ops[index] as LimitOp, context);
  }
  return `${text}]`;
}

function opJson(op: LimitOp, context: OpsContext): string {
  const { rule, enforce } = op;
  const units = `${enforce ? 1 : 0},${context.cost ?? op.cost},${rule.limit}`;
  const strikes = op.escalate === undefined ? '0' : escalateJson(op);
  switch (rule.algorithm) {
    case 'bucket':
      return `"${rule.refill === 'interval' ? 'i' : 't'}",${units},${rule.windowMs},${capacityOf(rule)},${strikes}`;
    case 'sliding':
      return `"s",${units},${rule.windowMs},0,${strikes}`;
    case 'fixed':
      return `"${rule.aligned === true ? 'a' : 'f'}",${units},${rule.windowMs},0,${strikes}`;
    case 'log':
      return `"l",${units},${rule.windowMs},0,${strikes}`;
    case 'quota':
      return `"q",${units},${JSON.stringify(context.boundsOf(op))},0,${strikes}`;
    case 'concurrency': {
      const ttlMs = context.lease?.ttlMs ?? rule.ttlMs ?? LEASE_TTL_MS;
      return `"c",${units},${ttlMs},${context.lease === undefined ? 0 : JSON.stringify(context.lease.id)},${strikes}`;
    }
    default:
      return `"g",${units},${rule.windowMs},${rule.burst ?? rule.limit},${strikes}`;
  }
}

// Shadow limits never block.
function escalateJson({ escalate, enforce }: LimitOp): string {
  if (escalate === undefined || !enforce) return '0';
  const { after, withinMs, blockMs, factor = 2, maxBlockMs = DAY_MS, forgetMs = DAY_MS } = escalate;
  return `[${after},${withinMs},${blockMs},${factor},${maxBlockMs},${forgetMs}]`;
}
