import type { Topology } from '../../topology/topology.ts';
import type { SettledRebalancerOptions } from '../job/settled-rebalancer-options.ts';
import { TopologyDesk, withAt } from '../job/topology-desk.ts';
import type { RebalanceReport, RepairFinding } from '../rebalancer.ts';
import type { Finding } from './findings.ts';
import { orphansAt, removals } from './orphans.ts';
import type { Survey } from './survey.ts';

/** What writers wait for comes first, what takes long last. */
const order: readonly RepairFinding['action'][] = ['drop-move', 'raise-term', 'stop-capture', 'purge', 'resume'];

/**
 * Does what findings propose; one that cannot be done keeps none of the others from being done.
 * @throws What the one that failed has thrown, once all are through; several as an AggregateError.
 */
export async function mend(
  findings: readonly Finding[],
  found: Survey,
  options: SettledRebalancerOptions,
  resume: (jobId: string) => Promise<RebalanceReport>,
  signal: AbortSignal,
): Promise<RebalanceReport[]> {
  const desk = new TopologyDesk(options.store, () => undefined);
  const reports: RebalanceReport[] = [];
  const resumed = new Set<string>();
  const errors: unknown[] = [];
  const acts = { 'drop-move': dropMove, 'raise-term': raiseTerm, 'stop-capture': stopCapture, purge } as const;
  const act = async (finding: Finding): Promise<void> => {
    const { action, jobId } = finding;
    if (action in acts) await acts[action as keyof typeof acts](finding, { options, desk, found, signal });
    if (action !== 'resume' || jobId === undefined || resumed.has(jobId)) return;
    resumed.add(jobId);
    reports.push(await resume(jobId));
  };
  for (const finding of order.flatMap((action) => findings.filter((each) => each.action === action))) {
    signal.throwIfAborted();
    const { kind, partition, shard, action, text } = finding;
    options.logger.info({ kind, partition, shard, action }, `repair: ${text}`);
    try {
      await act(finding);
    } catch (error) {
      options.logger.warn({ err: error, kind, partition, shard, action }, 'what repair proposed could not be done');
      errors.push(error);
    }
  }
  if (errors.length > 1) throw new AggregateError(errors, `${errors.length} findings could not be mended`);
  if (errors.length === 1) throw errors[0];
  return reports;
}

interface Means {
  readonly options: SettledRebalancerOptions;
  readonly desk: TopologyDesk;
  readonly found: Survey;
  readonly signal: AbortSignal;
}

async function dropMove({ moveId }: Finding, { desk }: Means): Promise<void> {
  await desk.change(({ moves }) => {
    const kept = moves.filter((move) => move.moveId !== moveId);
    return kept.length === moves.length ? undefined : { moves: kept };
  });
}

/** The owner stays who it is, with a term that its fence lets in. */
async function raiseTerm({ partition, shard }: Finding, { desk, found }: Means): Promise<void> {
  const minTerm = found.places.get(shard)?.find((state) => state.partition === partition)?.minTerm ?? 0;
  await desk.change(({ owners, terms, moves }) => {
    if (owners[partition] !== shard || (terms[partition] as number) >= minTerm) return undefined;
    return { terms: withAt(terms, partition, minTerm), moves };
  });
}

async function stopCapture({ partition, shard, moveId = '' }: Finding, { options, signal }: Means): Promise<void> {
  await options.adapter.stopCapture({ shard, partition, moveId, mover: 0 }, signal);
}

/** Removes the rows that the owner has as they are, or newer, at that moment. */
async function purge({ partition, shard }: Finding, { options, desk, signal }: Means): Promise<void> {
  const { adapter } = options;
  let owner = '';
  // An epoch of its own shuts out movers of before, and every job that comes later shuts out this.
  const { epoch } = await desk.change((topology) => {
    owner = ownerApart(topology, shard, partition);
    return {};
  });
  const at = { shard, partition, moveId: 'repair', mover: epoch };
  await adapter.claim(at, signal);
  await orphansAt(options, at, owner, signal, async (keys) => {
    if (ownerApart(await desk.load(), shard, partition) !== owner) throw new Error(`partition ${partition} was moved`);
    await adapter.apply(at, removals(keys), signal);
  });
}

/** @throws Error when the rows are no orphans any more. */
function ownerApart({ owners, moves }: Topology, shard: string, partition: number): string {
  const owner = owners[partition];
  const isMoving = moves.some((move) => move.partition === partition && (move.from === shard || move.to === shard));
  if (owner === undefined || owner === shard || isMoving) {
    throw new Error(`the rows of partition ${partition} on ${shard} are no orphans any more`);
  }
  return owner;
}
