import { type CounterCell, type Meter, noopMeter, systemClock, systemRandom } from '@xc/core';
import { parseRateLimit } from '../headers/parse-rate-limit.ts';
import { type FetchCall, fetchCall } from './fetch-call.ts';
import { paceError } from './pace-error.ts';
import { PaceLines } from './pace-lines.ts';
import { checkPaceOptions, type FetchLike, type PaceOptions } from './pace-options.ts';

/** The back-off where a server refuses and does not say for how long. */
const BACKOFF_MS = 500;

/**
 * A `fetch` that keeps to what servers say of their limits: while the `Retry-After` of a 429 or 503 runs, or nothing is left of
 * a limit, calls of the same key wait and then leave in order.
 *
 * A 429 is repeated when the body can be sent again, a 503 with `Retry-After` when the method is idempotent as well; the body
 * of a response that is thrown away is cancelled. What is not repeated is given to the caller as it came.
 *
 * @throws from the function it returns: XcError `XC_RATELIMIT_PACE` at once when a call would have to wait longer than
 * `maxWaitMs` (details: `retryAfterMs`); the reason of the signal of the call; whatever `fetch` throws.
 * @throws TypeError or RangeError for options out of range.
 *
 * @example
 * ```ts
 * const fetchPaced = pacedFetch(fetch, { spread: true });
 * const response = await fetchPaced('https://api.example.com/cities/lisbon');
 * ```
 */
export function pacedFetch(fetch: FetchLike, options: PaceOptions = {}): FetchLike {
  checkPaceOptions(fetch, options);
  const { key = originOf, maxWaitMs = 60_000, retries = 2, jitter = 0.1, spread = false, maxKeys = 1_000 } = options;
  const { clock = systemClock, random = systemRandom, meter = noopMeter } = options;
  const lines = new PaceLines({ clock, random, jitter, maxWaitMs, spread, maxKeys });
  const count = outcomeCells(meter);

  /** Waits in line, and says when the call left it. */
  async function leave(lineKey: string, signal: AbortSignal | undefined): Promise<number> {
    try {
      const turn = lines.of(lineKey)?.enter(signal);
      if (turn !== undefined) count.waited.inc();
      await turn;
    } catch (error) {
      if (!signal?.aborted) count.refused.inc();
      throw error;
    }
    return clock.monotonic();
  }

  /** How long to wait before the call is made again; `undefined` when it is not. */
  function pauseMs(call: FetchCall, response: Response, retryAfterMs: number | undefined, attempt: number) {
    const { status } = response;
    const again = status === 429 || (status === 503 && retryAfterMs !== undefined && call.idempotent);
    if (!again || !call.replayable || attempt > retries) return undefined;
    return retryAfterMs === undefined ? BACKOFF_MS * 2 ** (attempt - 1) : 0;
  }

  return async (input, init) => {
    const call = fetchCall(input, init);
    const lineKey = key(call.url);
    call.signal?.throwIfAborted();
    for (let attempt = 1; ; attempt += 1) {
      const leftAt = await leave(lineKey, call.signal);
      const response = await fetch(input, init);
      const hint = parseRateLimit(response.headers, { now: clock.now() });
      const refused = response.status === 429 || response.status === 503;
      if (hint !== undefined) lines.learn(lineKey, hint, refused, leftAt);
      const pause = pauseMs(call, response, hint?.retryAfterMs, attempt);
      if (pause === undefined) return response;
      discard(response);
      const waitMs = Math.max(pause, lines.of(lineKey)?.waitMs ?? 0);
      if (waitMs > maxWaitMs) {
        count.refused.inc();
        throw paceError(waitMs);
      }
      if (pause > 0) await clock.sleep(pause * (1 + jitter * random.next()), call.signal);
      count.repeated.inc();
    }
  };
}

function originOf({ origin }: URL): string {
  return origin;
}

/** An unread body would hold its connection. */
function discard(response: Response): void {
  response.body?.cancel().catch(() => {});
}

function outcomeCells(meter: Meter): Readonly<Record<'waited' | 'repeated' | 'refused', CounterCell>> {
  const paced = meter.counter({
    name: 'xc_ratelimit_paced_total',
    help: 'Calls of pacedFetch that waited, were repeated, or would have had to wait too long.',
    labels: ['outcome'],
  });
  return { waited: paced.at('waited'), repeated: paced.at('repeated'), refused: paced.at('refused') };
}
