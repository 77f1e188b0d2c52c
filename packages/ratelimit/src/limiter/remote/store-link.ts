import { type Clock, isXcError, type Logger, type Policy, type Timer, type Tracer, XcError } from '@xc/core';
import type { LimitOp } from '../../store/limit-op.ts';
import type { LimitStore } from '../../store/limit-store.ts';
import type { Step } from '../../store/step.ts';
import type { StepReply } from '../../store/step-reply.ts';
import type { AbortWatch } from '../abort-watch.ts';
import type { Announcer } from '../announcer.ts';
import type { DegradedEvent, RateLimiterEvents } from '../limiter-events.ts';
import type { LimiterMetrics } from '../limiter-metrics.ts';

/** Failures in a row after which a store is left alone. */
const PATIENCE = 3;

/** What a link needs besides its store. */
export interface StoreLinkParts {
  readonly store: LimitStore;
  readonly deadlineMs: number;
  readonly probeMs: number;
  readonly guard: Policy | undefined;
  readonly clock: Clock;
  readonly tracer: Tracer;
  readonly logger: Logger;
  readonly metrics: LimiterMetrics;
  readonly events: RateLimiterEvents;
  readonly announcer: Announcer;
  readonly aborts: AbortWatch;
}

/** The way to the store: by the deadline, through the guard, and not at all while the store keeps failing. */
export class StoreLink {
  readonly #parts: StoreLinkParts;
  #failures = 0;
  #last: XcError<'XC_RATELIMIT_STORE'> | undefined;
  /** What is asked, to see whether the store is back. */
  #question: LimitOp | undefined;
  #probes: Timer | undefined;
  #probing = false;
  #closed = false;

  constructor(parts: StoreLinkParts) {
    this.#parts = parts;
  }

  /** The last answer was a failure. */
  get isFailing(): boolean {
    return this.#failures > 0;
  }

  /**
   * Has the store do one step.
   * @throws XcError `XC_RATELIMIT_STORE` when it did not; the reason of the signal, at once.
   */
  ask(step: Step, signal?: AbortSignal): Promise<StepReply> {
    if (this.#probes !== undefined) return Promise.reject(this.#last);
    this.#question = step.ops[0];
    return this.#ask(step, signal);
  }

  close(): void {
    this.#closed = true;
    this.#probes?.cancel();
  }

  /**
   * Settles by the deadline, whatever the store does; what comes later is dropped. One promise around that of the store:
   * every further one would show in each call.
   */
  #ask(step: Step, signal?: AbortSignal): Promise<StepReply> {
    const { store, deadlineMs, clock, metrics, aborts } = this.#parts;
    const startedAt = clock.monotonic();
    return new Promise((resolve, reject) => {
      let open = true;
      let unlisten: (() => void) | undefined;
      const isFirst = (): boolean => {
        if (!open) return false;
        open = false;
        timer?.cancel();
        unlisten?.();
        return true;
      };
      const fail = (error: unknown): void => {
        if (!isFirst()) return;
        if (signal?.aborted) {
          reject(error);
          return;
        }
        // A store may throw our code as well, without saying which kind of failure it was.
        const known = isStoreError(error) && Object.hasOwn(metrics.storeErrors, String(error.details.kind));
        const failure = known ? error : storeError('error', error, store.name);
        this.#failed(failure);
        reject(failure);
      };
      const late = () => fail(storeError('timeout', undefined, store.name, `did not answer in ${deadlineMs} ms`));
      const timer = store.remote ? clock.after(deadlineMs, late) : undefined;
      if (signal !== undefined) {
        unlisten = aborts.on(signal, () => {
          if (isFirst()) reject(signal.reason);
        });
      }
      this.#through(step, signal).then((reply) => {
        if (!isAnswer(reply, step)) return fail(new TypeError('a reply must have a state for each op'));
        if (!isFirst()) return;
        metrics.storeSeconds[step.kind].record((clock.monotonic() - startedAt) / 1000);
        this.#succeeded();
        resolve(reply);
      }, fail);
    });
  }

  /** Where nothing stands between, the promise of the store itself. */
  #through(step: Step, signal: AbortSignal | undefined): Promise<StepReply> {
    const { store, guard, deadlineMs, tracer } = this.#parts;
    const call = signal === undefined ? { deadlineMs } : { signal, deadlineMs };
    try {
      const send = () => tracer.span(`ratelimit ${step.kind}`, () => store.apply(step, call), { store: store.name });
      return guard === undefined ? send() : this.#guarded(guard, send, signal);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  async #guarded(guard: Policy, send: () => Promise<StepReply>, signal: AbortSignal | undefined): Promise<StepReply> {
    let asked = false;
    const task = () => {
      asked = true;
      return send();
    };
    try {
      return await guard.run(task, signal === undefined ? {} : { signal });
    } catch (error) {
      const refused = !asked || (isXcError(error) && error.details.refusedBy !== undefined);
      throw refused ? storeError('guard', error, this.#parts.store.name, 'was kept from by the guard') : error;
    }
  }

  #succeeded(): void {
    if (this.#failures === 0) return;
    this.#failures = 0;
    this.#probes?.cancel();
    this.#probes = undefined;
    const { events, logger, store, announcer } = this.#parts;
    logger.info({ store: store.name }, 'the store of a rate limiter answers again');
    if (events.recovered !== undefined) announcer.tell(() => events.recovered?.());
  }

  #failed(failure: XcError<'XC_RATELIMIT_STORE'>): void {
    const { events, logger, store, announcer, metrics, clock, probeMs } = this.#parts;
    const kind = failure.details.kind as DegradedEvent['kind'];
    metrics.storeErrors[kind].inc();
    this.#last = failure;
    this.#failures += 1;
    if (this.#failures === 1) {
      logger.warn({ err: failure, store: store.name, kind }, 'the store of a rate limiter fails');
      const { cause } = failure;
      if (events.degraded !== undefined) announcer.tell(() => events.degraded?.({ kind, cause: cause ?? failure }));
    }
    if (this.#failures < PATIENCE || this.#probes !== undefined || this.#closed) return;
    this.#probes = clock.every(probeMs, () => void this.#probe());
  }

  async #probe(): Promise<void> {
    if (this.#probing || this.#question === undefined) return;
    this.#probing = true;
    try {
      await this.#ask({ kind: 'peek', ops: [this.#question] });
    } catch {
      // Counted; the next one comes in time.
    } finally {
      this.#probing = false;
    }
  }
}

/** Whether a step failed, rather than a call was given up. */
export function isStoreError(error: unknown): error is XcError<'XC_RATELIMIT_STORE'> {
  return isXcError(error, 'XC_RATELIMIT_STORE');
}

/** A store may be anybody's: what it says of nothing, nobody can decide by. */
function isAnswer(reply: StepReply | undefined, { kind, ops }: Step): boolean {
  return (kind !== 'take' && kind !== 'peek') || reply?.states?.length === ops.length;
}

function storeError(
  kind: DegradedEvent['kind'],
  cause: unknown,
  store: string,
  what = 'failed',
): XcError<'XC_RATELIMIT_STORE'> {
  const details = { kind, store, ...(kind === 'guard' ? { refusedBy: 'guard' } : {}) };
  return new XcError('XC_RATELIMIT_STORE', `the store of a rate limiter ${what}`, { cause, details, retryable: true });
}
