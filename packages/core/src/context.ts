import { AsyncLocalStorage } from 'node:async_hooks';
import type { Random } from './random.ts';

/** What is known of the work in hand, wherever the code is: one request, one job, one message. */
export interface RequestContext {
  /** Ties together all that is logged, traced and sent for the same work. */
  readonly correlationId: string;
  /** When the caller stops waiting: monotonic milliseconds of the clock in use. */
  readonly deadline?: number;
  readonly tenant?: string;
  /** Who the work is done for. */
  readonly subject?: string;
  /** BCP 47. */
  readonly locale?: string;
}

/**
 * Runs `fn` with `context` as the ambient context of everything it calls and awaits, timers of `systemClock` included, and
 * gives back what it gives. Inside another context, `context` takes its place as a whole; afterwards the other one is back.
 *
 * @throws TypeError when `context` has no `correlationId` or `fn` is not a function.
 *
 * @example
 * ```ts
 * await runInContext({ correlationId: newCorrelationId(), tenant: 'acme' }, async () => {
 *   await loadCart();
 *   currentContext()?.tenant; // 'acme'
 * });
 * ```
 */
export function runInContext<T>(context: RequestContext, fn: () => T): T {
  if (typeof context?.correlationId !== 'string' || context.correlationId === '') {
    throw new TypeError('context must have a correlationId, a string that is not empty');
  }
  if (typeof fn !== 'function') throw new TypeError(`fn must be a function, got ${typeof fn}`);
  return storage.run(context, fn);
}

/** The context of the innermost `runInContext` around the caller: the very object; `undefined` outside of any. */
export function currentContext(): RequestContext | undefined {
  return storage.getStore();
}

/**
 * A new correlation id: a version 4 UUID (RFC 9562) in lower case, 122 random bits that nobody can guess. With `random` the
 * shape is the same and the value can be repeated, and guessed.
 */
export function newCorrelationId(random?: Random): string {
  return random === undefined ? crypto.randomUUID() : uuid(random);
}

function uuid(random: Random): string {
  const bytes = Uint8Array.from({ length: 16 }, () => Math.floor(random.next() * 256));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Buffer.from(bytes).toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

// Half of an application may have loaded the ESM copy of this module and half the CJS one, or two versions of it, and all of
// them are to see one context. So the storage belongs to the process, not to the module: whoever loads first leaves it under
// a registered symbol, where it can be neither replaced nor come across by chance.
const storage = processStorage();

function processStorage(): AsyncLocalStorage<RequestContext> {
  const place = Symbol.for('@xc/core/context');
  const known: unknown = Reflect.get(globalThis, place);
  if (known !== undefined) return known as AsyncLocalStorage<RequestContext>;
  const value = new AsyncLocalStorage<RequestContext>();
  Object.defineProperty(globalThis, place, { value });
  return value;
}
