import type { Follower } from './attempt.ts';

/** The abort of one attempt: makes an AbortController when somebody reads `signal`, and none for runs that follow. */
export class Abortion {
  #aborted = false;
  #reason: unknown;
  #controller: AbortController | undefined;
  #followers: Follower | Set<Follower> | undefined;

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#aborted) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  get aborted(): boolean {
    return this.#aborted;
  }

  get reason(): unknown {
    return this.#reason;
  }

  abort(reason: unknown): void {
    if (this.#aborted) return;
    this.#aborted = true;
    this.#reason = reason;
    const followers = this.#followers;
    this.#followers = undefined;
    if (followers instanceof Set) for (const follower of followers) follower.abort(reason);
    else followers?.abort(reason);
    this.#controller?.abort(reason);
  }

  follow(follower: Follower): void {
    if (this.#followers === undefined) this.#followers = follower;
    else if (this.#followers instanceof Set) this.#followers.add(follower);
    else this.#followers = new Set([this.#followers, follower]);
  }

  unfollow(follower: Follower): void {
    if (this.#followers === follower) this.#followers = undefined;
    else if (this.#followers instanceof Set) this.#followers.delete(follower);
  }
}
