import { type Clock, isXcError, XcError } from '@xc/core';
import type { MovePhase } from '../../topology/topology.ts';
import type { Journal, JournalEntry } from '../journal.ts';
import { type MoveName, type MoveRecord, noted, plannedRecord } from './move-record.ts';

/** What is new in an entry. */
export type Line = Pick<JournalEntry, 'moveId' | 'phase' | 'step' | 'cursor' | 'facts'>;

/** The step of the first entry of a job: what is to be moved. */
const JOB = 'job';

/** The journal of one job. One entry at a time, and none any more once one could not be written. */
export class JobBook {
  readonly jobId: string;
  readonly #journal: Journal;
  readonly #clock: Clock;
  #moves: Map<string, MoveRecord>;
  #written: number;
  #last: Promise<void> = Promise.resolve();

  private constructor(journal: Journal, jobId: string, clock: Clock, entries: readonly JournalEntry[]) {
    this.#journal = journal;
    this.jobId = jobId;
    this.#clock = clock;
    this.#written = entries.length;
    this.#moves = recordsOf(entries);
  }

  /** @throws XcError `XC_SHARD_JOB_UNKNOWN` */
  static async open(journal: Journal, jobId: string, clock: Clock): Promise<JobBook> {
    const entries = await journal.read(jobId);
    if (entries[0]?.step !== JOB) {
      throw new XcError('XC_SHARD_JOB_UNKNOWN', `there is no job ${jobId}`, { details: { jobId } });
    }
    return new JobBook(journal, jobId, clock, entries);
  }

  /** @throws XcError `XC_SHARD_JOB_EXISTS` */
  static async create(
    journal: Journal,
    jobId: string,
    clock: Clock,
    job: { readonly epoch: number; readonly moves: readonly MoveName[] },
  ): Promise<JobBook> {
    const exists = (): XcError =>
      new XcError('XC_SHARD_JOB_EXISTS', `there is a job ${jobId} already: resume it, or choose another name`, {
        details: { jobId },
      });
    if ((await journal.read(jobId)).length > 0) throw exists();
    const first: JournalEntry = {
      ...{ jobId, seq: 1, at: clock.now(), phase: 'planned', step: JOB },
      facts: { epoch: job.epoch, moves: job.moves },
    };
    try {
      await journal.append(first);
    } catch (error) {
      throw isXcError(error, 'XC_SHARD_JOURNAL_CONFLICT') ? exists() : error;
    }
    return new JobBook(journal, jobId, clock, [first]);
  }

  /** Whether entries are those of moves: a journal keeps other things as well. */
  static isJob(entries: readonly JournalEntry[]): boolean {
    return entries[0]?.step === JOB;
  }

  /** In the order of the plan. */
  get records(): readonly MoveRecord[] {
    return [...this.#moves.values()];
  }

  record(moveId: string): MoveRecord {
    return this.#moves.get(moveId) as MoveRecord;
  }

  /** Durable when it resolves. */
  append(line: Line): Promise<void> {
    this.#last = this.#last.then(() => this.#append(line));
    this.#last.catch(() => undefined);
    return this.#last;
  }

  /** Which mover has the job from now on, or one move of it. */
  tookOver(mover: number, by: string, moveId?: string): Promise<void> {
    const phase: MovePhase = moveId === undefined ? 'planned' : this.record(moveId).phase;
    return this.append({ phase, step: 'took-over', facts: { mover, by }, ...(moveId === undefined ? {} : { moveId }) });
  }

  async #append(line: Line): Promise<void> {
    const entry = { jobId: this.jobId, seq: this.#written + 1, at: this.#clock.now(), ...line };
    await this.#journal.append(entry);
    this.#written += 1;
    if (line.moveId !== undefined) this.#moves.set(line.moveId, noted(this.record(line.moveId), entry));
  }
}

function recordsOf(entries: readonly JournalEntry[]): Map<string, MoveRecord> {
  const planned = (entries[0]?.facts?.moves ?? []) as readonly MoveName[];
  const records = new Map(planned.map((move) => [move.moveId, plannedRecord(move)]));
  for (const entry of entries) {
    const record = entry.moveId === undefined ? undefined : records.get(entry.moveId);
    if (record !== undefined) records.set(record.moveId, noted(record, entry));
  }
  return records;
}
