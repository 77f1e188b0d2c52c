/** Where the facade lends what is ready without a promise; the same in every copy of this module. */
export const lendNow: unique symbol = Symbol.for('@xc/pool/lend-now') as never;
