import type { SettledRebalancerOptions } from '../job/settled-rebalancer-options.ts';
import type { RepairFinding } from '../rebalancer.ts';
import { orphansAt } from './orphans.ts';
import { isExplained, isTouched, type OpenMove, type Survey } from './survey.ts';

/** A finding, and what it is about where that is a job or a move. */
export interface Finding extends RepairFinding {
  readonly jobId?: string;
  readonly moveId?: string;
}

/** What is not as it should be, and can be proven; all else is for people. */
export async function findingsOf(
  found: Survey,
  options: SettledRebalancerOptions,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  return [
    ...unseen(found),
    ...[...found.open.values()].flatMap((move) => unfinished(move, found, options)),
    ...unexplained(found),
    ...left(found),
    ...(await orphans(found, options, signal)),
  ];
}

function unseen({ unseenJobs, unseenShards }: Survey): readonly Finding[] {
  const manual = (shard: string, text: string): Finding => {
    return { kind: 'manual', partition: -1, shard, text, action: 'manual' };
  };
  return [
    ...unseenJobs.map(({ name, error }) => manual('', `the journal of job ${name} cannot be read: ${String(error)}`)),
    ...unseenShards.map(({ name, error }) => manual(name, `shard ${name} cannot be looked at: ${String(error)}`)),
  ];
}

/** A job that rests until its source may go is no finding; one that nobody has finished by then is. */
function unfinished(
  move: OpenMove,
  { topology }: Survey,
  { clock, keepSourceMs }: SettledRebalancerOptions,
): readonly Finding[] {
  const { jobId, moveId, partition, from, to, phase, goOnAt, switchedAt = 0 } = move;
  const about = { kind: 'unfinished-job', partition, jobId, moveId } as const;
  if (phase === 'reversible') {
    if (clock.now() < switchedAt + keepSourceMs) return [];
    const text = `move ${moveId} waits to be finished, or reversed: ${from} still has its rows`;
    return [{ ...about, shard: from, text, action: 'manual' }];
  }
  const where = phase === 'failed' ? `has failed in ${goOnAt}` : `is left in ${phase}`;
  const text = `move ${moveId} from ${from} to ${to} ${where}`;
  const owner = topology.owners[partition];
  // Whatever else it is about, a move that the topology does not show begins at the owner.
  const isShown = topology.moves.some((shown) => shown.moveId === moveId);
  if (isShown || goOnAt === 'cleanup' || owner === from) return [{ ...about, shard: to, text, action: 'resume' }];
  return [
    { ...about, shard: to, text: `${text}, and ${owner} owns its partition by now: abort the job`, action: 'manual' },
  ];
}

function unexplained(found: Survey): readonly Finding[] {
  return found.topology.moves
    .filter(({ moveId }) => !isExplained(found, moveId))
    .map(({ moveId, partition, from, to }) => ({
      ...{ kind: 'unexplained-move', partition, shard: to, moveId, action: 'drop-move' },
      text: `the topology shows move ${moveId} from ${from} to ${to}, and no job accounts for it`,
    }));
}

/** What movers have left on or closed. */
function left(found: Survey): readonly Finding[] {
  const { owners, terms } = found.topology;
  const findings: Finding[] = [];
  for (const [shard, states] of found.places) {
    for (const { partition, minTerm, captures } of states) {
      for (const moveId of captures) {
        if (isExplained(found, moveId)) continue;
        const text = `changes of partition ${partition} on ${shard} are noted for move ${moveId}, which is over or was never there`;
        findings.push({ kind: 'capture-left-on', partition, shard, moveId, text, action: 'stop-capture' });
      }
      const term = terms[partition] ?? 0;
      if (owners[partition] !== shard || minTerm <= term) continue;
      const text = `partition ${partition} on ${shard} takes writes of term ${minTerm} and above, and the topology is at ${term}`;
      findings.push({ kind: 'stuck-fence', partition, shard, text, action: 'raise-term' });
    }
  }
  return findings;
}

async function orphans(
  found: Survey,
  options: SettledRebalancerOptions,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const { owners } = found.topology;
  for (const [shard, states] of found.places) {
    for (const { partition, rows } of states) {
      const owner = owners[partition];
      if (rows === 0 || owner === shard || isTouched(found, shard, partition)) continue;
      const where = { partition, shard };
      const of = `partition ${partition} on ${shard}, which belongs to ${owner}`;
      if (owner === undefined || found.unseenShards.some(({ name }) => name === owner)) {
        const text = `${rows} rows of ${of}, cannot be held against their owner`;
        findings.push({ kind: 'manual', ...where, text, action: 'manual' });
        continue;
      }
      const { known, different, lacking } = await orphansAt(
        options,
        { ...where, moveId: 'repair', mover: 0 },
        owner,
        signal,
      );
      if (known > 0) {
        const text = `${known} rows of ${of}; ${owner} has each of them as it is here, or newer`;
        findings.push({ kind: 'orphan-rows', ...where, text, action: 'purge' });
      }
      if (different > 0) {
        const text = `${different} rows of ${of}; ${owner} has another row for each of their keys, and nothing tells which is the newer`;
        findings.push({ kind: 'different-rows', ...where, text, action: 'manual' });
      }
      if (lacking > 0) {
        const text = `${lacking} rows of ${of}, have no counterpart there: deleted since, or never brought over`;
        findings.push({ kind: 'missing-rows', ...where, text, action: 'manual' });
      }
    }
  }
  return findings;
}
