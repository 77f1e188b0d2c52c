import { XcError } from '@xc/core';

/** Thrown by adapters when another mover has claimed a place. Whoever gets it has nothing more to do there. */
export class MoverSupersededError extends XcError<'XC_SHARD_MOVER_SUPERSEDED'> {
  static {
    this.prototype.name = 'MoverSupersededError';
  }

  constructor({ moveId, mover }: { readonly moveId: string; readonly mover: number }) {
    super('XC_SHARD_MOVER_SUPERSEDED', `move ${moveId} was taken over from mover ${mover}`, {
      details: { moveId, mover },
    });
  }
}
