import type { Diagnosis, Verdict } from '../diagnosis.ts';
import type { LeaseInfo } from '../lease-info.ts';
import type { PoolStats } from '../pool-stats.ts';
import type { Load } from './load-meter.ts';

/** Everything that a verdict rests on. */
export interface Evidence {
  readonly stats: PoolStats;
  /** Oldest first. */
  readonly leases: readonly LeaseInfo[];
  readonly load: Load;
  /** 95th percentile of the loans that ended; undefined when too few did. */
  readonly usualMs: number | undefined;
  readonly leakAfterMs: number;
  /** How long the wait in question lasts; undefined when nobody waits. */
  readonly waitedMs: number | undefined;
  readonly sinceReturnMs: number;
  readonly openingForMs: number | undefined;
  readonly failing: boolean;
  readonly lastCreateError: unknown;
  /** The timer of this wait fired much too late. */
  readonly stalled: boolean;
}

// A loan this many times as long as usual is no usual loan.
const unusual = 20;
// Nothing is unusual about a millisecond here or there.
const leastUsualMs = 1;
const mostSuspects = 10;

/** Names the most likely reason why borrowers wait: the first that fits. */
export function diagnosisOf(evidence: Evidence): Diagnosis {
  const verdict = verdictOf(evidence);
  return {
    verdict,
    advice: advice[verdict](evidence),
    stats: evidence.stats,
    suspects: evidence.leases.slice(0, mostSuspects),
    lastCreateError: evidence.lastCreateError,
  };
}

function verdictOf(evidence: Evidence): Verdict {
  const { stats, stalled, failing, openingForMs, waitedMs } = evidence;
  if (stats.state === 'paused') return 'paused';
  if (stalled) return 'event-loop-stalled';
  if (failing && stats.size < stats.limit) return 'factory-down';
  if (waitedMs !== undefined && openingForMs !== undefined && openingForMs > waitedMs / 2) return 'slow-create';
  if (leakSuspected(evidence)) return 'leak-suspected';
  return waitedMs === undefined ? 'ok' : 'undersized';
}

function leakSuspected({ leases, waitedMs, sinceReturnMs, leakAfterMs, usualMs }: Evidence): boolean {
  if (leases.length === 0) return false;
  // A return in the very moment in which the wait began came before it.
  if (waitedMs !== undefined && sinceReturnMs > 0 && sinceReturnMs >= waitedMs) return true;
  const old = Math.min(leakAfterMs, usualMs === undefined ? leakAfterMs : Math.max(usualMs, leastUsualMs) * unusual);
  return leases.filter(({ heldMs }) => heldMs > old).length * 2 >= leases.length;
}

/** How many resources a load needs: Little's law with a quarter to spare. */
function sizeFor({ perSecond, usageMs }: Load): number {
  return Math.max(Math.ceil((perSecond * usageMs * 1.25) / 1_000 - 1e-9), 1);
}

const advice: Readonly<Record<Verdict, (evidence: Evidence) => string>> = {
  ok: () => 'nothing is wrong',
  paused: () => 'the pool is paused: call resume()',
  'event-loop-stalled': () => 'the event loop was blocked: look for long synchronous work, a larger pool does not help',
  'factory-down': () => 'resources cannot be opened: see lastCreateError',
  'slow-create': () =>
    'opening a resource takes too long: look at the server and the network, or keep more open with min',
  'leak-suspected': ({ leases }) =>
    `resources are not coming back: look at who holds them (${named(leases)}), or for borrowers that need a second one`,
  undersized: ({ load, stats }) =>
    `all ${stats.limit} are in use and come back: the load needs about ${sizeFor(load)} of them, or shorter loans`,
};

function named(leases: readonly LeaseInfo[]): string {
  const labels = new Set(leases.map(({ label }) => label ?? 'no label'));
  return [...labels].slice(0, 3).join(', ');
}
