import { randomUUID } from 'node:crypto';
import { shown } from '../keys/shown.ts';
import type { RebalancePlan } from '../planning/plan-rebalance.ts';
import type { Topology } from '../topology/topology.ts';

/** @throws TypeError for what is no plan. */
export function checkPlan(plan: RebalancePlan): void {
  if (typeof plan !== 'object' || plan === null || !Array.isArray(plan.moves)) {
    throw new TypeError(`plan must be one of planRebalance, got ${shown(plan)}`);
  }
  if (!Number.isSafeInteger(plan.epoch)) throw new TypeError(`plan.epoch must be an epoch, got ${shown(plan.epoch)}`);
  const seen = new Set<number>();
  for (const move of plan.moves) {
    if (typeof move !== 'object' || move === null) throw new TypeError(`a move must be an object, got ${shown(move)}`);
    const { partition, from, to } = move;
    if (!Number.isSafeInteger(partition) || partition < 0) {
      throw new TypeError(`a move must be of a partition, got ${shown(partition)}`);
    }
    if (typeof from !== 'string' || typeof to !== 'string' || from === to) {
      throw new TypeError(
        `partition ${partition} must move from one shard to another, got ${shown(from)}, ${shown(to)}`,
      );
    }
    if (seen.has(partition)) throw new TypeError(`partition ${partition} must not be moved twice by one plan`);
    seen.add(partition);
  }
}

/** @throws TypeError for a plan whose partitions or shards a topology of its epoch does not have. */
export function checkPlanFits({ moves }: RebalancePlan, { owners, shards }: Topology): void {
  const ids = new Set(shards.map(({ id }) => id));
  for (const { partition, from, to } of moves) {
    if (partition >= owners.length) {
      throw new TypeError(`a move must be of a partition from 0 to ${owners.length - 1}, got ${partition}`);
    }
    for (const id of [from, to]) {
      if (!ids.has(id)) throw new TypeError(`partition ${partition} must move between shards, got ${shown(id)}`);
    }
  }
}

/** Says when it was made, and is like no other. */
export function newJobId(plan: RebalancePlan): string {
  return `rebalance-${plan?.epoch}-${randomUUID().slice(0, 8)}`;
}
