import { quotedName, quotedText } from './sql-text.ts';
import { type PgTimePeriod, periodName, periodStart } from './time-period.ts';
import { MARK, type TimeTableState } from './time-table-state.ts';

/** What is wanted of a table. */
export interface WantedPeriods {
  readonly every: PgTimePeriod;
  readonly ahead: number;
  readonly keep: number;
  readonly expired: 'drop' | 'detach';
}

/** A step, without its statement. */
export interface TimeTableStep {
  readonly kind: 'create' | 'drop' | 'detach';
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** What is to be done at a moment. New ones first: rows wait for them. */
export function plannedChanges(
  { name, partitions }: TimeTableState,
  { every, ahead, keep, expired }: WantedPeriods,
  nowMs: number,
): readonly TimeTableStep[] {
  const steps: TimeTableStep[] = [];
  for (let after = 0; after <= ahead; after += 1) {
    const from = periodStart(every, nowMs, after);
    const to = periodStart(every, nowMs, after + 1);
    const isCovered = partitions.some((one) => one.from !== undefined && one.from < to && (one.to as number) > from);
    if (!isCovered) steps.push({ kind: 'create', name: partitionName(name, periodName(every, from)), from, to });
  }
  if (keep === Number.POSITIVE_INFINITY) return steps;
  const oldest = periodStart(every, nowMs, -keep);
  const old = partitions.filter((one) => one.isOwn && one.to !== undefined && one.to <= oldest);
  for (const { name: own, from, to } of old) {
    steps.push({ kind: expired, name: own, from: from as number, to: to as number });
  }
  return steps;
}

/** How a step is said to PostgreSQL. */
export function statementOf({ schema, name, type }: TimeTableState, step: TimeTableStep): readonly string[] {
  const parent = `${quotedName(schema)}.${quotedName(name)}`;
  const own = `${quotedName(schema)}.${quotedName(step.name)}`;
  if (step.kind === 'create') {
    const bounds = `from (${timeText(step.from, type)}) to (${timeText(step.to, type)})`;
    return [
      `create table ${own} partition of ${parent} for values ${bounds}`,
      `comment on table ${own} is ${quotedText(`${MARK} ${schema}.${name}`)}`,
    ];
  }
  const detach = `alter table ${parent} detach partition ${own}`;
  if (step.kind === 'drop') return [detach, `drop table ${own}`];
  // It is nobody's from here on, and never touched again.
  return [detach, `comment on table ${own} is null`];
}

/** Names of tables end after 63 bytes, and the time must not be what is cut off. */
function partitionName(table: string, period: string): string {
  let stem = table;
  while (Buffer.byteLength(`${stem}_${period}`) > 63) stem = stem.slice(0, -1);
  return `${stem}_${period}`;
}

function timeText(ms: number, type: TimeTableState['type']): string {
  const [date = '', time = ''] = new Date(ms).toISOString().slice(0, -1).split('T');
  if (type === 'date') return `'${date}'`;
  return type === 'timestamp with time zone' ? `'${date} ${time}+00'` : `'${date} ${time}'`;
}
