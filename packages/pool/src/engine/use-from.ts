/**
 * Where a pool of ours has `use` with one more argument: the function that the stack of a borrower begins above; the same in every
 * copy of this module.
 */
export const useFrom: unique symbol = Symbol.for('@xc/pool/use-from') as never;
