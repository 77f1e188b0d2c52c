import { type Backoff, constantBackoff, exponentialBackoff } from '@xc/core';
import type { JobsOptions } from 'bullmq';
import { backoffOf, checkAddOptions } from '../queue/add-checks.ts';
import type { AddOptions } from '../queue/add-options.ts';
import type { BackoffSpec } from '../queue/backoff-spec.ts';
import type { Keep } from '../queue/keep.ts';
import { unsupported } from './unsupported.ts';

/** What every job of a queue is given unless it says otherwise. */
export interface JobDefaults {
  readonly maxAttempts: number;
  readonly timeoutMs: number | undefined;
  readonly keep: { readonly done: Keep; readonly dead: Keep };
}

/** What BullMQ has no field for, carried among a job's options. */
export interface Extras {
  readonly timeoutMs?: number;
  readonly backoff?: BackoffSpec;
  readonly trace?: Readonly<Record<string, string>>;
  /** Tells jobs apart that were added with one id or one unique key. */
  readonly mark?: string;
  /** BullMQ writes `{}` for `undefined`. */
  readonly noData?: true;
}

/** Our strategy's name: BullMQ asks the worker for delays of strategies that it does not know. */
const BACKOFF_TYPE = 'xc';

/** The options of BullMQ that stand for ours. @throws XcError XC_QUEUE_UNSUPPORTED by name; TypeError, RangeError as `add` */
export function bullOptions(
  options: AddOptions,
  defaults: JobDefaults,
  { data, trace, mark }: { readonly data: unknown; readonly trace?: Extras['trace']; readonly mark?: Extras['mark'] },
  now: number,
): JobsOptions {
  refuseForeign(options);
  checkAddOptions(options, [], now);
  const { id, delayMs, dueAt, maxAttempts, backoff, timeoutMs = defaults.timeoutMs, unique } = options;
  const extras: Extras = {
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(backoff === undefined ? {} : { backoff }),
    ...(trace === undefined || Object.keys(trace).length === 0 ? {} : { trace }),
    ...(mark === undefined ? {} : { mark }),
    ...(data === undefined ? { noData: true } : {}),
  };
  return {
    attempts: maxAttempts ?? defaults.maxAttempts,
    backoff: { type: BACKOFF_TYPE, delay: 0 },
    removeOnComplete: bullKeep(defaults.keep.done),
    removeOnFail: bullKeep(defaults.keep.dead),
    delay: dueAt === undefined ? (delayMs ?? 0) : Math.max(0, dueAt - now),
    ...(id === undefined ? {} : { jobId: checkBullId(id) }),
    ...(unique === undefined
      ? {}
      : { deduplication: { id: unique.key, ...(unique.ttlMs === undefined ? {} : { ttl: unique.ttlMs }) } }),
    xc: extras,
  } as JobsOptions;
}

/** What we carry in a job's options; nothing for a job that others added. */
export function extrasOf(options: object | undefined): Extras {
  return ((options as { readonly xc?: Extras } | undefined)?.xc ?? {}) as Extras;
}

/** The back-off of a job: its own, else the one that queues have. */
export function backoffOfJob(options: object | undefined): Backoff {
  const { backoff } = extrasOf(options);
  if (backoff !== undefined) return backoffOf(backoff);
  const theirs = (options as { readonly backoff?: { readonly type?: string; readonly delay?: number } } | undefined)
    ?.backoff;
  if (theirs?.type === 'fixed') return constantBackoff(theirs.delay ?? 0);
  return exponentialBackoff({ baseMs: 1_000, capMs: 300_000, jitter: 'full' });
}

function bullKeep({ count, maxAgeMs }: Keep): JobsOptions['removeOnComplete'] {
  if (count === 0) return true;
  const age = maxAgeMs === undefined ? {} : { age: Math.ceil(maxAgeMs / 1_000) };
  return count === undefined ? (maxAgeMs === undefined ? false : (age as { age: number })) : { count, ...age };
}

/** BullMQ takes no id with a colon, and none that is a number: those are its own. */
function checkBullId(id: string): string {
  if (id.includes(':') || /^-?\d+$/.test(id)) throw unsupported(`id such as ${JSON.stringify(id.slice(0, 40))}`);
  return id;
}

function refuseForeign(options: AddOptions): void {
  for (const name of ['key', 'lane', 'expiresInMs'] as const) {
    if (options[name] !== undefined) throw unsupported(name);
  }
  const mode = options.unique?.mode ?? 'drop';
  if (mode !== 'drop') throw unsupported(`unique mode ${mode}`);
}
