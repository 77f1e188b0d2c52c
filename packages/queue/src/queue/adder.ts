import { isXcError, XcError } from '@xc/core';
import { newCorrelationId } from '@xc/core/context';
import type { AddEntry, Added } from '../engine/add-request.ts';
import type { EngineQueue } from '../engine/queue-engine.ts';
import { atEndOfTick } from './end-of-tick.ts';

/** What calls that travel together carry at most, unless one alone is larger: servers take no request of any size. */
const MOST_BYTES = 32 * 1_048_576;

/** Told what became of one call. */
interface Call {
  readonly entries: readonly AddEntry[];
  readonly resolve: (jobs: readonly Added[]) => void;
  readonly reject: (error: unknown) => void;
  readonly signal: AbortSignal | undefined;
  readonly abort: (() => void) | undefined;
}

/**
 * Sends what is added. Calls of one tick travel together, in order; what one call adds stays together, up to the size of a
 * request. A call whose signal aborts before it is sent adds nothing.
 */
export class Adder {
  readonly #engine: EngineQueue;
  // Not of the injected randomness: two queues of one seed would take each other's requests for re-sent ones.
  readonly #sender = newCorrelationId();
  #requests = 0;
  #calls: Call[] = [];
  readonly #sending = new Set<Promise<void>>();

  constructor(engine: EngineQueue) {
    this.#engine = engine;
  }

  /**
   * @param entries - At most what one request takes.
   * @throws the reason of `signal`; what the engine throws.
   */
  add(entries: readonly AddEntry[], signal?: AbortSignal): Promise<readonly Added[]> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const abort = signal === undefined ? undefined : () => reject(signal.reason);
      if (abort !== undefined) signal?.addEventListener('abort', abort, { once: true });
      if (this.#calls.length === 0) atEndOfTick(() => this.#flush());
      this.#calls.push({ entries, resolve, reject, signal, abort });
    });
  }

  /** Sends what waits for the end of the tick and resolves when all that was sent is answered. */
  async flush(): Promise<void> {
    this.#flush();
    while (this.#sending.size > 0) await Promise.all(this.#sending);
  }

  #flush(): void {
    const calls = this.#calls.filter(({ signal }) => signal?.aborted !== true);
    this.#calls = [];
    let together: Call[] = [];
    let count = 0;
    let bytes = 0;
    for (const call of calls) {
      const size = call.entries.reduce((sum, { record }) => sum + (record.data?.length ?? 0), 0);
      if (count > 0 && (count + call.entries.length > this.#engine.maxAdds || bytes + size > MOST_BYTES)) {
        this.#send(together);
        together = [];
        count = 0;
        bytes = 0;
      }
      together.push(call);
      count += call.entries.length;
      bytes += size;
    }
    if (together.length > 0) this.#send(together);
  }

  #send(calls: readonly Call[]): void {
    const sending = this.#request(calls).finally(() => this.#sending.delete(sending));
    this.#sending.add(sending);
  }

  async #request(calls: readonly Call[]): Promise<void> {
    const all = calls.length === 1 ? (calls[0] as Call).entries : calls.flatMap((call) => call.entries);
    const request = `${this.#sender}:${(this.#requests++).toString(36)}`;
    try {
      const { jobs } = await this.#engine.add({ request, entries: all });
      let at = 0;
      for (const call of calls) {
        call.resolve(jobs.slice(at, at + call.entries.length));
        at += call.entries.length;
        letGo(call);
      }
    } catch (error) {
      // Refused before anything was done, for one of them: the others need not fail with it.
      if (calls.length > 1 && !isXcError(error)) for (const call of calls) this.#send([call]);
      else fail(calls, error);
    }
  }
}

function fail(calls: readonly Call[], error: unknown): void {
  for (const call of calls) {
    call.reject(ownError(error, call.entries));
    letGo(call);
  }
}

function letGo({ signal, abort }: Call): void {
  if (abort !== undefined) signal?.removeEventListener('abort', abort);
}

/** Callers that travelled together are told of their own jobs only. */
function ownError(error: unknown, entries: readonly AddEntry[]): unknown {
  if (!isXcError(error, 'XC_QUEUE_UNKNOWN_OUTCOME')) return error;
  const ids = entries.flatMap(({ id }) => (id === undefined ? [] : [id]));
  const { message, retryable, details } = error;
  return new XcError('XC_QUEUE_UNKNOWN_OUTCOME', message, { cause: error, retryable, details: { ...details, ids } });
}
