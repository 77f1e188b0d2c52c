import type { Core } from '../engine/core.ts';
import type { OnceAbandon } from '../tier/tier-once.ts';

const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 5_000;

/**
 * Gives back rights to run that nobody uses, until the second level has taken them: it may have granted one without being able to
 * say so, and others would wait for an owner that is none.
 */
export class GivingBack {
  readonly #core: Core;
  readonly #freed: (key: string) => void;

  /** @param freed - Told of a key that the next caller may run for. */
  constructor(core: Core, freed: (key: string) => void) {
    this.#core = core;
    this.#freed = freed;
  }

  /** In the background; right behind what was asked before. */
  give(hold: OnceAbandon): void {
    this.#core.background.track(this.#give(hold));
  }

  async #give(hold: OnceAbandon): Promise<void> {
    const { clock, shared } = this.#core;
    for (let retryMs = FIRST_RETRY_MS; !this.#core.closed; retryMs = Math.min(2 * retryMs, LONGEST_RETRY_MS)) {
      try {
        await shared?.gate.behind((tier, call) => tier.onceAbandon(hold, call));
        return this.#freed(hold.key);
      } catch {
        await new Promise<void>((resolve) => {
          clock.after(retryMs, resolve);
        });
      }
    }
  }
}
