import type { AddOutcome, JobRef, ResultOptions } from '../job/job-ref.ts';
import type { ValueCodec } from '../queue/value-codec.ts';
import { resultError } from './result-errors.ts';
import type { Settlements } from './settlements.ts';

/** What a handle needs of its queue. */
export interface HandleHome {
  readonly codec: ValueCodec;
  readonly settlements: Settlements;
}

/** A job by its id. */
export class JobHandle implements JobRef<unknown> {
  readonly id: string;
  readonly outcome: AddOutcome;
  readonly #home: HandleHome;

  constructor(id: string, outcome: AddOutcome, home: HandleHome) {
    this.id = id;
    this.outcome = outcome;
    this.#home = home;
  }

  async result(options?: ResultOptions): Promise<unknown> {
    const [job] = await this.#home.settlements.of([this.id], `job ${this.id}`, options);
    if (job?.state === 'done') return this.#home.codec.decode(job.result);
    throw resultError(job ?? { id: this.id, state: 'missing' });
  }
}
