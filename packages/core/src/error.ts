/** What an `XcError` carries besides its code and message. */
export interface XcErrorOptions {
  /** What went wrong underneath. */
  readonly cause?: unknown;
  /** Facts for the caller and the log. Never a secret. Copied, so that the error says later what it says now. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** @defaultValue false */
  readonly retryable?: boolean;
}

// In the global registry, so that the ESM and the CJS copy of this package agree.
const brand = Symbol.for('@xc/core/error');
const noDetails: Readonly<Record<string, unknown>> = Object.freeze({});

/**
 * What the world does wrong at run time. Compare by `code`, with `isXcError`: `instanceof` fails across module copies. A
 * mistake of the programmer is a `TypeError` or a `RangeError` instead.
 *
 * @example
 * ```ts
 * export class CircuitOpenError extends XcError<'XC_BREAKER_OPEN'> {
 *   static {
 *     this.prototype.name = 'CircuitOpenError';
 *   }
 *
 *   constructor(retryAfterMs: number) {
 *     super('XC_BREAKER_OPEN', 'circuit is open', { details: { retryAfterMs }, retryable: true });
 *   }
 * }
 * ```
 */
export class XcError<Code extends string = string> extends Error {
  static {
    this.prototype.name = 'XcError';
    Object.defineProperty(this.prototype, brand, { value: true });
  }

  /** `XC_<PACKAGE>_<WHAT>`. Says what happened; the message says it to people and may change. */
  readonly code: Code;
  /** Frozen, though what it holds may not be; empty when there are none. */
  readonly details: Readonly<Record<string, unknown>>;
  /** True when the same call may succeed later. */
  readonly retryable: boolean;

  constructor(code: Code, message: string, options: XcErrorOptions = {}) {
    // The second argument only when there is a cause: `{ cause: undefined }` would say that undefined was thrown.
    if (options.cause === undefined) super(message);
    else super(message, { cause: options.cause });
    this.code = code;
    this.details = options.details === undefined ? noDetails : Object.freeze({ ...options.details });
    this.retryable = options.retryable ?? false;
  }

  /** Plain data for logs and wires: no stack, no cause. */
  toJSON(): {
    name: string;
    code: Code;
    message: string;
    details: Readonly<Record<string, unknown>>;
    retryable: boolean;
  } {
    const { name, code, message, details, retryable } = this;
    return { name, code, message, details, retryable };
  }
}

/**
 * Tells whether `error` is one of ours, with this `code` when one is given. Works across the ESM and CJS copies of the
 * package. Takes anything and never throws.
 *
 * @example
 * ```ts
 * try {
 *   await lock.acquire('reports', { waitMs: 100 });
 * } catch (error) {
 *   if (!isXcError(error, 'XC_LOCK_TIMEOUT')) throw error;
 *   console.log('somebody else is at it', error.details);
 * }
 * ```
 */
export function isXcError<Code extends string = string>(error: unknown, code?: Code): error is XcError<Code> {
  if (typeof error !== 'object' || error === null) return false;
  try {
    return brand in error && (code === undefined || (error as { code?: unknown }).code === code);
  } catch {
    // A proxy that refuses to be looked at is not one of ours.
    return false;
  }
}
