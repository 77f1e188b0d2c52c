import { XcError } from '@xc/core';

/** Which mover was turned away. */
export interface SupersededMover {
  readonly moveId: string;
  readonly mover: number;
}

/** Thrown by adapters when a later mover has claimed the place: what an earlier one still has in hand changes nothing. */
export class MoverSupersededError extends XcError<'XC_SHARD_MOVER_SUPERSEDED'> {
  static {
    this.prototype.name = 'MoverSupersededError';
  }

  constructor({ moveId, mover }: SupersededMover) {
    super('XC_SHARD_MOVER_SUPERSEDED', `mover ${mover} of move ${moveId} was superseded by a later one`, {
      details: { moveId, mover },
    });
  }
}
