import { errorMonitor } from 'node:events';

/** Any method of a client. */
export type Method = (this: unknown, ...args: unknown[]) => unknown;

/** The part of an event emitter that is listened to. */
interface Emitter {
  on(event: string | symbol, listener: (...args: unknown[]) => void): unknown;
}

/** When a call is over that takes a callback, gives a promise, answers with events, or hands over a query object of pg. */
export class CallEnding {
  #told: Promise<void> | undefined;
  #resolve: () => void = () => {};
  #reject: (error: unknown) => void = () => {};

  /** The arguments, with what tells us first of the end, where that is one of them. */
  hook(args: readonly unknown[]): readonly unknown[] {
    const [query, ...rest] = args;
    if (isSubmittable(query)) {
      this.#expect();
      this.#before(query, 'handleReadyForQuery', () => this.#resolve());
      this.#before(query, 'handleError', (error) => this.#reject(error));
      return args;
    }
    const last = args.at(-1);
    if (typeof last === 'function') return [...args.slice(0, -1), this.#heard(last as Method)];
    const callback = (query as { callback?: unknown }).callback;
    if (typeof callback !== 'function') return args;
    // Everything else about the object of the caller stays as it is, and it stays his.
    const value = this.#heard(callback as Method);
    const property = { value, writable: true, configurable: true, enumerable: true };
    return [Object.create(query as object, { callback: property }), ...rest];
  }

  /** Settles as the call does whose method has returned `result`. */
  of(result: unknown): PromiseLike<unknown> {
    if (this.#told !== undefined) return this.#told;
    return isPromise(result) ? result : endOf(result);
  }

  #expect(): void {
    this.#told = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  #heard(callback: Method): Method {
    this.#expect();
    const tell = (error: unknown) => (error === undefined || error === null ? this.#resolve() : this.#reject(error));
    return function (...results) {
      tell(results[0]);
      return Reflect.apply(callback, this, results);
    };
  }

  /** pg calls these methods of a query object when it is over; such an object runs once. */
  #before(query: object, name: string, tell: (error: unknown) => void): void {
    const method = Reflect.get(query, name) as Method;
    const value: Method = function (...args) {
      tell(args[0]);
      return Reflect.apply(method, this, args);
    };
    Object.defineProperty(query, name, { value, writable: true, configurable: true, enumerable: false });
  }
}

/** What answers with events may have a `then` that only complains, as the commands of mysql2 do. */
export function isPromise(result: unknown): result is PromiseLike<unknown> {
  return typeof (result as PromiseLike<unknown> | undefined)?.then === 'function' && !isEmitter(result);
}

/** When what is no promise is over: an emitter, or nothing, which is over at once. */
export async function endOf(result: unknown): Promise<void> {
  if (!isEmitter(result)) return;
  await new Promise<void>((resolve, reject) => {
    // Listens without being a listener of its errors: an error that nobody else hears of is still thrown.
    result.on(errorMonitor, reject);
    for (const event of ['end', 'close']) result.on(event, () => resolve());
  });
}

/** Whether nothing in the arguments will be called back: then the result alone tells of the end. */
export function answersByPromise(args: readonly unknown[]): boolean {
  const query = args[0];
  if (typeof args[args.length - 1] === 'function') return false;
  return (
    typeof query === 'string' || (!isSubmittable(query) && (query as { callback?: unknown }).callback === undefined)
  );
}

function isEmitter(result: unknown): result is Emitter {
  return typeof result === 'object' && result !== null && typeof (result as Partial<Emitter>).on === 'function';
}

/** A query object that pg runs itself: `new Query()`, a cursor, a stream. */
function isSubmittable(query: unknown): query is object {
  if (typeof query !== 'object' || query === null) return false;
  const names = ['submit', 'handleReadyForQuery', 'handleError'];
  return names.every((name) => typeof Reflect.get(query, name) === 'function');
}
