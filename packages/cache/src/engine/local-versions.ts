import type { Clock } from '@xc/core';

/** Versions of invalidations where no second level gives them: they only grow, and are said to be no more than that. */
export class LocalVersions {
  last = 0n;

  /** Above all that this node has given or seen. */
  next({ clock, book }: { readonly clock: Clock; readonly book: { readonly latest: bigint } }): bigint {
    const micros = BigInt(Math.floor(clock.now() * 1_000));
    if (book.latest > this.last) this.last = book.latest;
    this.last = micros > this.last ? micros : this.last + 1n;
    return this.last;
  }
}
