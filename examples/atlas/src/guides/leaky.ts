import { withForgottenLoans } from '../database/forgotten-loans.ts';
import type { OpenGuide } from '../service/city-guide.ts';
import { openBare } from './bare.ts';

/** The bare guide with a bug in its search: now and then a connection is never given back. */
export const openGuide: OpenGuide = async (context) => {
  const guide = openBare(context, (store, borrow) => withForgottenLoans(store, borrow, context.meter));
  return {
    ...guide,
    // The pool waits for ever for those that were forgotten.
    [Symbol.asyncDispose]: async () => void guide[Symbol.asyncDispose](),
  };
};
