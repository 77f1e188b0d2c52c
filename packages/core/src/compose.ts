import type { CallContext, Policy, RunOptions, Task } from './policy.ts';

/**
 * Makes one policy of several, outer to inner: `compose(retry, timeout)` retries calls that are each timed out.
 *
 * Every policy gets the `CallContext` of the one around it as its `RunOptions`, the very same object, so that the signal stays
 * lazy and the attempt is kept. A composed policy among the arguments is taken apart. `compose()` calls straight through.
 * `run` never throws; what would be thrown rejects.
 *
 * @throws TypeError when an argument is not a policy.
 *
 * @example
 * ```ts
 * const policy = compose(retry({ attempts: 3 }), timeout(1_000));
 * const city = await policy.run(({ signal }) => loadCity(id, signal));
 * ```
 */
export function compose(...policies: Policy[]): Policy {
  return new ComposedPolicy(policies);
}

type Run = Policy['run'];

class ComposedPolicy implements Policy {
  readonly name: string;
  readonly #policies: readonly Policy[];
  readonly #run: Run;

  constructor(policies: readonly Policy[]) {
    policies.forEach(refuseNonPolicy);
    this.#policies = policies.flatMap((policy) => (#policies in policy ? policy.#policies : [policy]));
    this.name = this.#policies.map((policy) => policy.name ?? 'policy').join(' > ') || 'compose';
    this.#run = nest(this.#policies);
  }

  run<T>(task: Task<T>, options?: RunOptions): Promise<T> {
    if (typeof task !== 'function') return Promise.reject(new TypeError(`task must be a function, got ${typeof task}`));
    try {
      return this.#run(task, options);
    } catch (error) {
      return Promise.reject(error);
    }
  }
}

// One closure a policy and call, and none for the innermost: that is all a composition costs (bench/compose.bench.ts).
function nest(policies: readonly Policy[]): Run {
  const innermost = policies.at(-1);
  if (innermost === undefined) return callThrough;
  return policies.slice(0, -1).reduceRight<Run>(
    (inner, policy) => (task, options) => policy.run((context) => inner(task, context), options),
    (task, options) => innermost.run(task, options),
  );
}

function callThrough<T>(task: Task<T>, options: RunOptions = {}): Promise<T> {
  // A context of a policy further out: that policy watches the signal, and reading it here would create it.
  if (isCallContext(options)) return new Promise((resolve) => resolve(task(options)));
  const { signal } = options;
  const result = () => new Promise<T>((resolve) => resolve(task(new DirectCall(options))));
  return signal === undefined ? result() : untilAborted(result, signal);
}

function untilAborted<T>(start: () => Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const abort = () => reject(signal.reason);
    const unlink = () => signal.removeEventListener('abort', abort);
    signal.addEventListener('abort', abort, { once: true });
    start().then(
      (value) => {
        unlink();
        resolve(value);
      },
      (error) => {
        unlink();
        reject(error);
      },
    );
  });
}

class DirectCall implements CallContext {
  readonly attempt = 1;
  readonly deadline: number | undefined;
  readonly key: string | undefined;
  #signal: AbortSignal | undefined;

  constructor({ signal, deadline, key }: RunOptions) {
    this.#signal = signal;
    this.deadline = deadline;
    this.key = key;
  }

  get signal(): AbortSignal {
    this.#signal ??= new AbortController().signal;
    return this.#signal;
  }
}

function isCallContext(options: RunOptions): options is CallContext {
  return 'attempt' in options;
}

function refuseNonPolicy(policy: unknown, index: number): void {
  if (typeof (policy as Partial<Policy> | null | undefined)?.run !== 'function') {
    throw new TypeError(`policy ${index + 1} of compose must have a run method, got ${String(policy)}`);
  }
}
