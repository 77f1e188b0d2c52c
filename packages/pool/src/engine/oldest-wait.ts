/** Where a pool of ours says how long its oldest borrower has waited, in milliseconds; the same in every copy of this module. */
export const oldestWait: unique symbol = Symbol.for('@xc/pool/oldest-wait') as never;
