import type { Timer } from '@xc/core';
import { drain } from '../phases/drain.ts';
import type { Job } from './job.ts';
import type { MoveWork } from './move-work.ts';
import { loaded } from './topology-desk.ts';

/** How often what has changed at targets is brought back to their sources, in ms. */
const EVERY_MS = 1_000;

/**
 * Brings what is written after a switch back to the source, as long as this process lives and the job is its own: a reversal then
 * has little to catch up with. Nothing depends on it: what is not brought back stays noted at the target.
 */
export class Backflow {
  readonly #job: Job;
  readonly #works: readonly MoveWork[];
  #timer: Timer | undefined;
  #round: Promise<void> = Promise.resolve();

  constructor(job: Job, works: readonly MoveWork[]) {
    this.#job = job;
    this.#works = works;
    this.#plan();
  }

  /** Resolves when nothing of it is under way any more. */
  async stop(reason: unknown): Promise<void> {
    this.#job.stop(reason);
    this.#timer?.cancel();
    await this.#round;
  }

  #plan(): void {
    if (this.#job.signal.aborted) return;
    this.#timer = this.#job.options.clock.after(EVERY_MS, () => {
      this.#round = this.#flow().then(() => this.#plan());
    });
  }

  async #flow(): Promise<void> {
    const { logger, batchRows } = this.#job.options;
    for (const work of this.#works) {
      if (this.#job.signal.aborted) return;
      const { partition, from, to } = work.record;
      try {
        // A topology that has lost the switch has writers go on at the source: theirs are the later ones.
        if ((await loaded(this.#job.options.store)).owners[partition] !== to) continue;
        await drain(work, to, from, { near: 0, most: 20 * batchRows });
      } catch (error) {
        if (this.#job.signal.aborted) return;
        logger.warn(
          { err: error, moveId: work.moveId },
          'what was written after a switch was not brought back; trying again',
        );
      }
    }
  }
}
