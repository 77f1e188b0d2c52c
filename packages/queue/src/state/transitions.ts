import type { DeadReason } from '../job/job-error.ts';
import type { JobState } from '../job/job-state.ts';

/** A state of the machine: those of a job, none at all, and active with a mark that it is cancelled. */
export type MachineState = JobState | 'absent' | 'marked';

/** What can happen to a job. */
export type JobTrigger =
  | 'add'
  | 'add-delayed'
  | 'add-blocked'
  | 'edges-met'
  | 'edges-met-delayed'
  | 'edge-broken'
  | 'cancel'
  | 'due'
  | 'put-off'
  | 'expire'
  | 'lease'
  | 'ack'
  | 'nack'
  | 'nack-now'
  | 'nack-last'
  | 'discard'
  | 'snooze'
  | 'snooze-now'
  | 'release'
  | 'release-later'
  | 'lease-end'
  | 'lease-end-last'
  | 'redrive'
  | 'redrive-blocked'
  | 'retain'
  | 'remove';

/** One row of the table. */
export interface Transition {
  readonly from: MachineState;
  readonly on: JobTrigger;
  readonly to: MachineState;
  /** Why it is dead; `undefined` on a discard means that the settle says it. */
  readonly reason?: DeadReason;
  /** Whether attempt grows by one. */
  readonly burnsAttempt: boolean;
  /** Whether the count of lost leases grows by one. */
  readonly countsLoss: boolean;
}

const row = (from: MachineState, on: JobTrigger, to: MachineState, more: Partial<Transition> = {}): Transition => ({
  from,
  on,
  to,
  burnsAttempt: false,
  countsLoss: false,
  ...more,
});
const burns = { burnsAttempt: true };
const loses = { countsLoss: true };

/**
 * The life of a job, whole: what is not in here is refused without effect. It drives the memory engine and the model check, and the
 * Redis engine is held to it.
 */
export const transitions: readonly Transition[] = [
  row('absent', 'add', 'waiting'),
  row('absent', 'add-delayed', 'delayed'),
  row('absent', 'add-blocked', 'blocked'),

  row('blocked', 'edges-met', 'waiting'),
  row('blocked', 'edges-met-delayed', 'delayed'),
  row('blocked', 'edge-broken', 'dead', { reason: 'dependency' }),
  row('blocked', 'cancel', 'cancelled'),
  row('blocked', 'remove', 'absent'),

  row('delayed', 'due', 'waiting'),
  row('delayed', 'put-off', 'delayed'),
  row('delayed', 'cancel', 'cancelled'),
  row('delayed', 'expire', 'dead', { reason: 'expired' }),
  row('delayed', 'remove', 'absent'),

  row('waiting', 'lease', 'active'),
  row('waiting', 'put-off', 'delayed'),
  row('waiting', 'cancel', 'cancelled'),
  row('waiting', 'expire', 'dead', { reason: 'expired' }),
  row('waiting', 'remove', 'absent'),

  row('active', 'ack', 'done'),
  row('active', 'nack', 'delayed', burns),
  row('active', 'nack-now', 'waiting', burns),
  row('active', 'nack-last', 'dead', { reason: 'failed', ...burns }),
  row('active', 'discard', 'dead', { reason: 'discarded' }),
  row('active', 'snooze', 'delayed'),
  row('active', 'snooze-now', 'waiting'),
  row('active', 'release', 'waiting'),
  row('active', 'release-later', 'delayed'),
  row('active', 'lease-end', 'waiting', loses),
  row('active', 'lease-end-last', 'dead', { reason: 'poison', ...loses }),
  row('active', 'cancel', 'marked'),

  row('marked', 'ack', 'done'),
  row('marked', 'nack', 'cancelled', burns),
  row('marked', 'nack-now', 'cancelled', burns),
  row('marked', 'nack-last', 'cancelled', burns),
  row('marked', 'discard', 'cancelled'),
  row('marked', 'snooze', 'cancelled'),
  row('marked', 'snooze-now', 'cancelled'),
  row('marked', 'release', 'cancelled'),
  row('marked', 'release-later', 'cancelled'),
  row('marked', 'lease-end', 'cancelled', loses),
  row('marked', 'lease-end-last', 'cancelled', loses),
  row('marked', 'cancel', 'marked'),

  row('dead', 'redrive', 'waiting'),
  row('dead', 'redrive-blocked', 'blocked'),
  row('dead', 'retain', 'absent'),
  row('dead', 'remove', 'absent'),
  row('done', 'retain', 'absent'),
  row('done', 'remove', 'absent'),
  row('cancelled', 'retain', 'absent'),
  row('cancelled', 'remove', 'absent'),
];

type Rows = Readonly<Record<MachineState, Readonly<Partial<Record<JobTrigger, Transition>>>>>;

const byState = Object.fromEntries(
  [...new Set(transitions.map(({ from }) => from))].map((from) => [
    from,
    Object.fromEntries(transitions.filter((each) => each.from === from).map((each) => [each.on, each])),
  ]),
) as Rows;

/** The row of a pair, or `undefined`: refused. */
export function transition(from: MachineState, on: JobTrigger): Transition | undefined {
  return byState[from][on];
}
