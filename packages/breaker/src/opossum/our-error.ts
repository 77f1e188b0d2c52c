/** The codes of the errors that a breaker raises itself. */
export type OurCode = 'EOPENBREAKER' | 'ETIMEDOUT' | 'ESEMLOCKED' | 'ESHUTDOWN';

// In the global registry, so that the ESM and the CJS copy of this package agree.
const brand = Symbol.for('@xc/breaker/opossum/our-error');

/** An error of the breaker itself, with a code. */
export function ourError(message: string, code: OurCode): Error & { readonly code: OurCode } {
  const error = Object.assign(new Error(message), { code });
  Object.defineProperty(error, brand, { value: true });
  return error;
}

/** Tells an error of the breaker from one of the action. */
export function isOurError(error: unknown): boolean {
  return typeof error === 'object' && error !== null && brand in error;
}
