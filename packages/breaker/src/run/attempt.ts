import type { Call } from './call.ts';
import type { Frame, Scope } from './frame.ts';

/** Something that wants to know when an attempt is aborted, without a signal being made for it. */
export interface Follower {
  abort(reason: unknown): void;
}

/** What stands behind a context of ours: where a run that gets the context as its options hangs on. */
export interface Attempt extends Frame {
  readonly call: Call;
  readonly scope: Scope;
  /** Made on first read. */
  readonly signal: AbortSignal;
  readonly aborted: boolean;
  readonly reason: unknown;
  follow(follower: Follower): void;
  unfollow(follower: Follower): void;
}
