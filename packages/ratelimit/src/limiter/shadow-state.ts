import type { LimitState } from './limit-state.ts';

const brand = Symbol.for('@xc/ratelimit/shadow');

/** The state of a limit in shadow mode: the same facts, and known as such to whatever shows a decision to clients. */
export function shadowState(state: LimitState): LimitState {
  return Object.assign(Object.create(prototype), state) as LimitState;
}

/** Tells whether a state is that of a shadow limit, which clients are never told of. */
export function isShadowState(state: LimitState): boolean {
  return state.shadowed || brand in state;
}

// The brand is on the prototype: a copy by hand or over a wire is plain data and nobody sees one field more.
const prototype: object = Object.freeze(Object.defineProperty({}, brand, { value: true }));
