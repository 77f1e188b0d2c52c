import { exponentialBackoff, systemClock, systemRandom } from '@xc/core';
import { xxh32 } from '../hash/xxh32.ts';
import { inMoverSession } from './mover-session.ts';
import type { PgPool } from './pg-pool.ts';
import { quotedName } from './sql-text.ts';
import { statementOf, type TimeTableStep } from './time-table-plan.ts';
import { readTimeTable, timeTableState } from './time-table-state.ts';

/** Reads and writes of the whole table wait behind a change of its partitions: never for longer than this. */
const LOCK_MS = 500;
const ATTEMPTS = 30;
const backoff = exponentialBackoff({ baseMs: 50, capMs: 1_000 });

/** Takes one step, unless somebody else has; gives what was run. */
export async function changeTimeTable(pool: PgPool, path: string, step: TimeTableStep): Promise<string | undefined> {
  const { schema, name } = await readTimeTable(pool, path);
  const table = `${quotedName(schema)}.${quotedName(name)}`;
  const key = xxh32(`@xc/shard time tables ${table}`) | 0;
  const session = {
    isolation: 'read committed',
    readOnly: false,
    lockTimeoutMs: LOCK_MS,
    // One at a time, who then sees what the one before has done.
    first: [`select pg_advisory_xact_lock(${key}, 0)`],
  } as const;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await inMoverSession(
        pool,
        session,
        async (query) => {
          const state = await timeTableState(query, table);
          const there = state.partitions.find((one) => one.name === step.name && one.isOwn);
          const isDone = step.kind === 'create' ? state.partitions.some(overlaps(step)) : there?.from !== step.from;
          if (isDone) return undefined;
          const statements = statementOf(state, step);
          for (const statement of statements) await query(statement);
          return statements.join('; ');
        },
        undefined,
      );
    } catch (error) {
      const { code } = error as { readonly code?: unknown };
      if ((code !== '55P03' && code !== '40P01') || attempt === ATTEMPTS) throw error;
      await systemClock.sleep(backoff.delayMs(attempt, systemRandom));
    }
  }
}

function overlaps({ from, to }: TimeTableStep) {
  return (one: { readonly from: number | undefined; readonly to: number | undefined }): boolean =>
    one.from !== undefined && one.from < to && (one.to as number) > from;
}
