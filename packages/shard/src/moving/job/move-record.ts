import { isXcError, XcError } from '@xc/core';
import type { MovePhase } from '../../topology/topology.ts';
import type { JournalEntry } from '../journal.ts';
import type { MoveFacts } from '../rebalancer.ts';

/** How a move ends that is being cleaned up after. */
export type Ending = 'done' | 'aborted' | 'reversed';

/** What was counted of a move. */
export interface MoveCounts {
  readonly rowsCopied: number;
  readonly rowsCaughtUp: number;
  readonly fencedMs: number;
  readonly differences: number;
}

/** Which partition moves where. */
export interface MoveName {
  readonly moveId: string;
  readonly partition: number;
  readonly from: string;
  readonly to: string;
}

/** All that the journal says of a move. */
export interface MoveRecord extends MoveName, MoveCounts {
  readonly phase: MovePhase;
  /** The phase to go on with; another than `phase` where the move has failed. */
  readonly goOnAt: MovePhase;
  /** On its way back to where it came from. */
  readonly isBack: boolean;
  /** Set from 'cleanup' on. */
  readonly ending: Ending | undefined;
  /** Where the copy has come to. */
  readonly cursor: string | undefined;
  /** The highest term that data may have been fenced with. */
  readonly fenceTerm: number;
  /** Epoch milliseconds. */
  readonly switchedAt: number | undefined;
  readonly error: unknown;
}

/** A move of which nothing was done yet. */
export function plannedRecord({ moveId, partition, from, to }: MoveName): MoveRecord {
  return {
    ...{ moveId, partition, from, to },
    ...{ rowsCopied: 0, rowsCaughtUp: 0, fencedMs: 0, differences: 0 },
    ...{ phase: 'planned', goOnAt: 'planned', isBack: false, ending: undefined, cursor: undefined },
    ...{ fenceTerm: 0, switchedAt: undefined, error: undefined },
  };
}

/** The record once an entry was written down. */
export function noted(record: MoveRecord, { phase, step, cursor, facts = {}, at }: JournalEntry): MoveRecord {
  if (step === 'took-over') return record;
  const number = (name: string, otherwise: number): number =>
    typeof facts[name] === 'number' ? facts[name] : otherwise;
  const hasFailed = phase === 'failed';
  return {
    ...record,
    phase,
    goOnAt: hasFailed ? (facts.goOnAt as MovePhase) : phase,
    isBack: typeof facts.isBack === 'boolean' ? facts.isBack : record.isBack,
    ending: phase === 'cleanup' ? (facts.ending as Ending) : record.ending,
    cursor: cursorAfter(record, phase, cursor),
    fenceTerm: Math.max(record.fenceTerm, number('fenceTerm', 0)),
    switchedAt: phase === 'reversible' ? (record.switchedAt ?? at) : record.switchedAt,
    rowsCopied: number('rowsCopied', record.rowsCopied),
    rowsCaughtUp: number('rowsCaughtUp', record.rowsCaughtUp),
    fencedMs: number('fencedMs', record.fencedMs),
    differences: number('differences', record.differences),
    error: hasFailed ? readError(facts.error) : undefined,
  };
}

function cursorAfter(record: MoveRecord, phase: MovePhase, cursor: string | undefined): string | undefined {
  if (phase === 'copy') return cursor;
  return phase === 'planned' || phase === 'dual-write' ? undefined : record.cursor;
}

/** Nothing is left to do. */
export function isOver({ phase }: { readonly phase: MovePhase }): boolean {
  return phase === 'done' || phase === 'aborted' || phase === 'reversed';
}

/** What is told of a move. */
export function factsOf(record: MoveRecord, behindRows = 0): MoveFacts {
  const { moveId, partition, from, to, phase, rowsCopied, rowsCaughtUp, fencedMs, differences, error } = record;
  const facts = { moveId, partition, from, to, phase, rowsCopied, rowsCaughtUp, behindRows, fencedMs, differences };
  return error === undefined ? facts : { ...facts, error };
}

/** An error as JSON, for the journal. */
export function writtenError(error: unknown): Readonly<Record<string, unknown>> {
  if (isXcError(error)) return error.toJSON();
  return { message: error instanceof Error ? error.message : String(error) };
}

function readError(written: unknown): Error {
  const { code, message, details, retryable } = written as ReturnType<XcError['toJSON']>;
  return code === undefined ? new Error(message) : new XcError(code, message, { details, retryable });
}
