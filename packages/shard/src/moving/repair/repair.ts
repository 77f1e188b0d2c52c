import type { SettledRebalancerOptions } from '../job/settled-rebalancer-options.ts';
import type { RebalanceReport, RepairFinding, RepairPlan } from '../rebalancer.ts';
import { type Finding, findingsOf } from './findings.ts';
import { mend } from './mend.ts';
import { survey } from './survey.ts';

/**
 * Compares journal, topology and data. What it proposes is done by `apply`, as far as it is still found then.
 * @param isRunning - Jobs that this process works on are no finding.
 */
export async function repair(
  options: SettledRebalancerOptions,
  isRunning: (jobId: string) => boolean,
  resume: (jobId: string) => Promise<RebalanceReport>,
  signal: AbortSignal,
): Promise<RepairPlan> {
  const look = async () => {
    const found = await survey(options, signal);
    const all = await findingsOf(found, options, signal);
    return { found, findings: all.filter(({ jobId }) => jobId === undefined || !isRunning(jobId)) };
  };
  const { findings } = await look();
  return {
    findings: findings.map(shown),
    async apply() {
      const now = await look();
      const proposed = now.findings.filter((finding) => findings.some((before) => isSame(before, finding)));
      return await mend(proposed, now.found, options, resume, signal);
    },
  };
}

function shown({ kind, partition, shard, text, action }: Finding): RepairFinding {
  return { kind, partition, shard, text, action };
}

function isSame(a: Finding, b: Finding): boolean {
  return (
    a.kind === b.kind &&
    a.partition === b.partition &&
    a.shard === b.shard &&
    a.action === b.action &&
    a.moveId === b.moveId
  );
}
