import type { EngineQueue } from '../engine/queue-engine.ts';
import type { Lease } from '../engine/step-request.ts';
import type { Dependency } from '../job/job.ts';
import { callable, shown, text } from '../option-checks.ts';
import type { ValueCodec } from '../queue/value-codec.ts';
import type { Attempt } from './attempt.ts';
import { lostLease } from './lease-errors.ts';
import { PendingProgress } from './pending-progress.ts';

const mostCharacters = 1_000;
// No codec makes no bytes of a value, so they stand for undefined.
const undefinedBytes = new Uint8Array(0);

/** What a handler can ask of the engine while it has the lease; afterwards everything rejects with XC_QUEUE_LOST_LEASE. */
export class JobCalls {
  readonly #engine: EngineQueue;
  readonly #codec: ValueCodec;
  readonly #progressed: (attempt: Attempt) => void;

  /** @param progressed - Told of attempts that have progress to send. */
  constructor(engine: EngineQueue, codec: ValueCodec, progressed: (attempt: Attempt) => void) {
    this.#engine = engine;
    this.#codec = codec;
    this.#progressed = progressed;
  }

  async progress(attempt: Attempt, value: unknown): Promise<void> {
    // Encoded at the call, like data. Without a value there is still something to tell.
    const bytes = this.#codec.encode(value ?? null, 'progress') ?? undefinedBytes;
    refuseEnded(attempt);
    attempt.progress ??= new PendingProgress();
    const accepted = attempt.progress.put(bytes, value);
    this.#progressed(attempt);
    await accepted;
  }

  async log(attempt: Attempt, line: string): Promise<void> {
    if (typeof line !== 'string') throw new TypeError(`line must be a string, got ${shown(line)}`);
    refuseEnded(attempt);
    const cut = line.length > mostCharacters ? line.slice(0, mostCharacters) : line;
    if (!(await this.#engine.control('log', { ...leaseOf(attempt), line: cut }))) throw lostLease(attempt.leased.id);
  }

  async once<T>(attempt: Attempt, name: string, fn: () => T | PromiseLike<T>): Promise<T> {
    text('name', name);
    callable('fn', fn);
    refuseEnded(attempt);
    attempt.once ??= new Map();
    const running = attempt.once.get(name);
    if (running !== undefined) return running as Promise<T>;
    const run = this.#runOnce(attempt, name, fn);
    attempt.once.set(name, run);
    // A rejection records nothing: the next call of this attempt runs again.
    run.catch(() => attempt.once?.delete(name));
    return run;
  }

  async dependencies(attempt: Attempt): Promise<Readonly<Record<string, Dependency>>> {
    const delivered = attempt.leased.inFlow ? await this.#engine.read('dependencies', { id: attempt.leased.id }) : [];
    return Object.fromEntries(
      delivered.map(({ name, state, result, error }) => [
        name,
        {
          state,
          ...(result === undefined ? {} : { result: this.#codec.decode(result) }),
          ...(error === undefined ? {} : { error }),
        },
      ]),
    );
  }

  async #runOnce<T>(attempt: Attempt, name: string, fn: () => T | PromiseLike<T>): Promise<T> {
    const lease = leaseOf(attempt);
    const known = await this.#engine.control('once', { ...lease, name, value: undefined });
    if (known.state === 'recorded') return this.#decoded(known.value) as T;
    if (known.state === 'lost') throw lostLease(lease.id);
    const result = await fn();
    const value = this.#codec.encode(result, 'what once records') ?? undefinedBytes;
    const recorded = await this.#engine.control('once', { ...lease, name, value });
    if (recorded.state !== 'recorded') throw lostLease(lease.id);
    return result;
  }

  #decoded(bytes: Uint8Array): unknown {
    return bytes.byteLength === 0 ? undefined : this.#codec.decode(bytes);
  }
}

/** What names the lease of an attempt. */
export function leaseOf({ leased: { id, fence, shard } }: Attempt): Lease {
  return { id, fence, shard };
}

function refuseEnded(attempt: Attempt): void {
  if (!attempt.live) throw lostLease(attempt.leased.id);
}
