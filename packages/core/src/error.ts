/** What an `XcError` carries besides its code and message. */
export interface XcErrorOptions {
  /** What went wrong underneath. */
  readonly cause?: unknown;
  /** Facts for the caller and the log. Never a secret. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** @defaultValue false */
  readonly retryable?: boolean;
}

// In the global registry, so that the ESM and the CJS copy of this package agree.
const brand = Symbol.for('@xc/core/error');
const noDetails: Readonly<Record<string, unknown>> = Object.freeze({});

/** What the world does wrong at run time. Compare by `code`, with `isXcError`: `instanceof` fails across module copies. */
export class XcError<Code extends string = string> extends Error {
  static {
    this.prototype.name = 'XcError';
    Object.defineProperty(this.prototype, brand, { value: true });
  }

  readonly code: Code;
  readonly details: Readonly<Record<string, unknown>>;
  /** True when the same call may succeed later. */
  readonly retryable: boolean;

  constructor(code: Code, message: string, options: XcErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.details = options.details ?? noDetails;
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
 * package.
 */
export function isXcError<Code extends string = string>(error: unknown, code?: Code): error is XcError<Code> {
  if (typeof error !== 'object' || error === null || !(brand in error)) return false;
  return code === undefined || (error as { code?: unknown }).code === code;
}
