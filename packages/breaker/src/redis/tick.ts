import { defineScript } from '@xc/redis';
import lua from './tick.lua';

/** How a member stands, as it tells the fleet. Times are milliseconds from now. */
export interface Report {
  readonly kind: 'stay' | 'recovered' | 'leave';
  /** What is left of the wait that it began by its own verdict; 0 when there is none. */
  readonly voteMs: number;
  /** Its verdict comes from probes. */
  readonly probesFailed: boolean;
  /** How many leases it wants to hold. */
  readonly wants: number;
  /** How many leases the fleet may hold. */
  readonly permits: number;
  readonly leaseMs: number;
  /** What is left of its half-open period; 0 when it has none. */
  readonly probingMs: number;
  /** How many members there surely are, though the data may say fewer. */
  readonly membersAtLeast: number;
  /** How many recoveries it knows of. */
  readonly epoch: number;
}

/** How the fleet stands, as it tells a member. */
export interface FleetState {
  readonly live: number;
  readonly votes: number;
  readonly openForMs: number;
  /** How often the fleet has recovered. */
  readonly epoch: number;
  readonly leases: number;
  /** What is left of them, in milliseconds. */
  readonly leaseLeftMs: number;
  /** The fleet did not know this member. */
  readonly isNew: boolean;
  /** This very report opened the fleet. */
  readonly reached: boolean;
  /** The fleet is open, or its wait is over and nobody has recovered yet. */
  readonly unrecovered: boolean;
}

/** What all reports of one coordinator begin with. */
export interface Terms {
  readonly instance: string;
  readonly memberTtlMs: number;
  readonly quorum: { readonly min: number; readonly ratio: number };
}

type TickArguments = readonly (string | number)[];

/** A report to the fleet and its state, in one round trip. */
export const tickScript = defineScript<TickArguments, FleetState>({
  name: 'breaker-tick',
  lua,
  keys: 5,
  parse(raw) {
    const [live = 0, votes = 0, openForMs = 0, epoch = 0, leases = 0, leaseLeftMs = 0, ...flags] = (
      raw as unknown[]
    ).map(Number);
    const [isNew, reached, unrecovered] = flags.map(Boolean);
    return {
      live,
      votes,
      openForMs,
      epoch,
      leases,
      leaseLeftMs,
      isNew: isNew === true,
      reached: reached === true,
      unrecovered: unrecovered === true,
    };
  },
});

/** The arguments of `tickScript`. */
export function tickArguments({ instance, memberTtlMs, quorum }: Terms, report: Report): TickArguments {
  return [
    instance,
    Math.ceil(memberTtlMs),
    quorum.min,
    quorum.ratio,
    report.membersAtLeast,
    report.kind,
    Math.ceil(report.voteMs),
    Number(report.probesFailed),
    report.wants,
    report.permits,
    Math.ceil(report.leaseMs),
    Math.ceil(report.probingMs),
    report.epoch,
  ];
}
