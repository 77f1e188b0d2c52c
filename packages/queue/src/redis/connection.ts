import { type Clock, isXcError, systemClock, XcError } from '@xc/core';
import { type RedisClient, runScript, type ScriptArgument } from '@xc/redis';
import type { Raw, ShardScript } from './scripts.ts';

/** What bounds one call. */
export interface CallBounds {
  /** Monotonic ms. */
  readonly until: number;
  readonly signal?: AbortSignal | undefined;
}

const PAUSE_MS = 25;

/** How a script may be treated when nobody knows whether it has run. */
export type Repeatable = 'repeatable' | 'once';

/**
 * Runs scripts of a queue within a deadline, over failovers, loading servers and slots that move. What may be repeated is repeated
 * while there is time; of what may not, the caller is told that its outcome is unknown.
 */
export class Connection {
  readonly client: RedisClient;
  readonly deadlineMs: number;
  readonly clock: Clock = systemClock;

  constructor(client: RedisClient, deadlineMs: number) {
    this.client = client;
    this.deadlineMs = deadlineMs;
  }

  bounds(signal: AbortSignal | undefined): CallBounds {
    return { until: this.clock.monotonic() + this.deadlineMs, signal };
  }

  /**
   * @throws XcError XC_QUEUE_UNAVAILABLE where nothing was sent, XC_QUEUE_UNKNOWN_OUTCOME where nobody knows, XC_QUEUE_FULL where the
   * server is out of memory; ScriptRefusal for what scripts of ours refuse by name.
   */
  async run(
    script: ShardScript,
    keys: readonly string[],
    args: readonly ScriptArgument[],
    bounds: CallBounds,
    repeatable: Repeatable = 'repeatable',
  ): Promise<readonly Raw[]> {
    let sent = false;
    let failure: unknown;
    for (;;) {
      const deadlineMs = bounds.until - this.clock.monotonic();
      if (deadlineMs <= 0 && failure !== undefined) throw unavailable(failure, sent);
      try {
        return await runScript(this.client, script, keys, args, { deadlineMs, signal: bounds.signal });
      } catch (error) {
        if (bounds.signal?.aborted && error === bounds.signal.reason) throw error;
        const refusal = refusalOf(error);
        if (refusal !== undefined) throw refusal;
        if (!isXcError(error)) throw error;
        if (isXcError(error, 'XC_REDIS_OOM')) throw full(error);
        if (!error.retryable) throw error;
        sent ||= wasSent(error);
        failure = error;
        if (sent && repeatable === 'once') throw unavailable(error, true);
      }
      await this.clock.sleep(Math.min(PAUSE_MS, Math.max(1, bounds.until - this.clock.monotonic())), bounds.signal);
    }
  }
}

/** What a script of ours refuses: `XCOPEN` the shard has no policy, `XCSTALE` a later step was answered. */
export class ScriptRefusal extends Error {
  readonly why: string;

  constructor(why: string) {
    super(`a script refused: ${why}`);
    this.why = why;
  }
}

function refusalOf(error: unknown): ScriptRefusal | undefined {
  if (!isXcError(error, 'XC_REDIS_SCRIPT') || !(error.cause instanceof Error)) return undefined;
  const why = /^-?(XC[A-Z]+) /.exec(error.cause.message)?.[1];
  return why === undefined ? undefined : new ScriptRefusal(why);
}

/** A server that answers that it will not has not done it; a connection that was lost may have. */
function wasSent(error: XcError): boolean {
  if (error.code === 'XC_REDIS_READONLY') return false;
  return error.details.reply === undefined && error.details.sent !== false;
}

function unavailable(cause: unknown, sent: boolean): XcError {
  return sent
    ? new XcError('XC_QUEUE_UNKNOWN_OUTCOME', 'Redis has not answered in time: it may have been done', {
        cause,
        retryable: true,
      })
    : new XcError('XC_QUEUE_UNAVAILABLE', 'Redis cannot be reached: nothing was done', { cause, retryable: true });
}

function full(cause: unknown): XcError {
  return new XcError('XC_QUEUE_FULL', 'Redis is out of memory: nothing was added', { cause, retryable: true });
}
