import type { ShardInfo, Topology } from '../topology/topology.ts';
import { type Balance, balanceOf } from './balance.ts';
import { Board, byCost, type Place, type Unit, useOf } from './board.ts';
import { lowerBound } from './lower-bound.ts';
import { type PlanOptions, type PlanTerms, planTerms } from './plan-options.ts';

/** Which partitions to move, and what that brings. */
export interface RebalancePlan {
  /** Of the topology that it was made for; it fits no other. */
  readonly epoch: number;
  /** What must move, then what evens out, in the order of planning; each partition once, by the last step that moved it. */
  readonly moves: readonly PlannedMove[];
  readonly before: Balance;
  readonly after: Balance;
  /** No plan could make the numbers of partitions even with fewer moves. */
  readonly lowerBoundMoves: number;
  /** What could not be done, and why, for people. */
  readonly notes: readonly string[];
}

/** One move of a plan. */
export interface PlannedMove {
  readonly partition: number;
  readonly from: string;
  readonly to: string;
  readonly cost: number;
  /** Its shard is to be emptied, may not have it, or is fuller than others. */
  readonly why: 'drain' | 'disallowed' | 'balance';
}

/** Two utilisations that differ by less are one: sums of costs are not exact. */
const HAIR = 1e-9;

/**
 * Plans which partitions should move. Pure, and the same for the same input. What must move comes first: off shards that are
 * drained, have no weight, are not there or may not have it. Then, while a shard is further from the mean than `threshold`, the
 * largest partition that helps goes from the fullest shard to the emptiest. No step raises the fullest shard.
 *
 * @throws RangeError or TypeError for options that are none.
 */
export function planRebalance(topology: Topology, options: PlanOptions = {}): RebalancePlan {
  const terms = planTerms(topology, options);
  const board = new Board(topology, terms);
  const notes: string[] = [];
  const before = balanceNow(topology, terms, topology.owners);
  const forced = mustMove(board, topology, terms, notes);
  balance(board, terms, board.movedPartitions().length);
  const owners = [...topology.owners];
  for (const { partitions, at } of board.units) {
    if (at !== undefined) for (const partition of partitions) owners[partition] = at;
  }
  const moves = board.movedPartitions().map(
    (partition): PlannedMove => ({
      partition,
      from: topology.owners[partition] as string,
      to: owners[partition] as string,
      cost: terms.costs[partition] as number,
      why: forced.get(partition) ?? 'balance',
    }),
  );
  // What had to move may have been moved once more to even out, and comes first all the same.
  const isForced = ({ why }: PlannedMove): boolean => why !== 'balance';
  return {
    epoch: topology.epoch,
    moves: [...moves.filter(isForced), ...moves.filter((move) => !isForced(move))],
    before,
    after: balanceNow(topology, terms, owners),
    lowerBoundMoves: lowerBound(
      topology.owners,
      board.places.map(({ id }) => id),
    ),
    notes,
  };
}

/** Moves what may not stay, the largest first, to where it makes the least difference. */
function mustMove(
  board: Board,
  topology: Topology,
  terms: PlanTerms,
  notes: string[],
): ReadonlyMap<number, PlannedMove['why']> {
  const reasons = new Map<number, PlannedMove['why']>();
  const shards = new Map(topology.shards.map((shard) => [shard.id, shard]));
  for (const unit of [...board.units].sort((a, b) => byCost(b, a))) {
    const { at } = unit;
    const named = unit.partitions.join(', ');
    if (at === undefined) {
      notes.push(whyApart(named, board.ownersOf(unit), shards));
      continue;
    }
    const shard = shards.get(at);
    const why = whyNotThere(unit, shard, terms, board);
    if (why === undefined) {
      const apart = unit.partitions.filter((partition) => topology.owners[partition] !== at);
      for (const partition of apart) reasons.set(partition, 'disallowed');
      if (apart.length > 0) board.bringTogether(unit);
      continue;
    }
    if (shard?.state === 'down') {
      notes.push(`partition ${named} stays on ${at}, which is down: there is nothing to copy from`);
      continue;
    }
    const to = emptiestFor(unit, board);
    if (to === undefined) notes.push(`partition ${named} stays on ${at}: no shard may have it`);
    else {
      board.move(unit, to);
      for (const partition of unit.partitions) reasons.set(partition, why);
    }
  }
  return reasons;
}

/** Why colocated partitions are left on several shards. */
function whyApart(named: string, owners: readonly string[], shards: ReadonlyMap<string, ShardInfo>): string {
  const down = owners.filter((id) => shards.get(id)?.state === 'down');
  const why =
    down.length > 0 ? `${down.join(', ')} is down, and there is nothing to copy from` : 'no shard may have all of them';
  return `partitions ${named} stay apart on ${owners.join(', ')}: ${why}`;
}

function whyNotThere(
  unit: Unit,
  shard: ShardInfo | undefined,
  { drained }: PlanTerms,
  board: Board,
): PlannedMove['why'] | undefined {
  if (shard === undefined || (shard.weight ?? 1) === 0 || drained.has(shard.id) || shard.state === 'down')
    return 'drain';
  return board.allows(unit, shard.id) ? undefined : 'disallowed';
}

function emptiestFor(unit: Unit, board: Board): Place | undefined {
  let best: Place | undefined;
  const useThen = ({ load, weight }: Place): number => (load + unit.cost) / weight;
  for (const place of board.places) {
    if ((best === undefined || useThen(place) < useThen(best)) && board.allows(unit, place.id)) best = place;
  }
  return best;
}

/** Evens out, one step after the other, until nothing is too far from the mean or nothing helps. */
function balance(board: Board, terms: PlanTerms, already: number): void {
  const { places } = board;
  const mean = places.reduce((sum, { load }) => sum + load, 0) / places.reduce((sum, { weight }) => sum + weight, 0);
  const [low, high] = [mean * (1 - terms.threshold) * (1 - HAIR), mean * (1 + terms.threshold) * (1 + HAIR)];
  for (let count = already; count < terms.maxMoves; ) {
    const step = nextStep(board, terms, low, high, terms.maxMoves - count);
    if (step === undefined) return;
    board.move(step.unit, step.to);
    count += step.unit.partitions.length;
  }
}

/** Nearly always from the fullest to the emptiest; where nothing helps there, between whom it does. */
function nextStep(board: Board, terms: PlanTerms, low: number, high: number, room: number) {
  const [fullest, emptiest] = extremes(board.places);
  if (fullest === undefined || emptiest === undefined || (useOf(fullest) <= high && useOf(emptiest) >= low))
    return undefined;
  const first = largestThatHelps(fullest, emptiest, board, terms, room);
  if (first !== undefined) return { unit: first, to: emptiest };
  const byUse = [...board.places].sort((a, b) => useOf(a) - useOf(b) || (a.id < b.id ? -1 : 1));
  for (let giver = byUse.length - 1; giver > 0; giver -= 1) {
    const from = byUse[giver] as Place;
    for (let receiver = 0; receiver < giver; receiver += 1) {
      const to = byUse[receiver] as Place;
      if (useOf(from) <= high && useOf(to) >= low) break;
      const unit = largestThatHelps(from, to, board, terms, room);
      if (unit !== undefined) return { unit, to };
    }
  }
  return undefined;
}

/** The fullest, of equals the last; the emptiest, of equals the first. */
function extremes(places: readonly Place[]): readonly [fullest: Place | undefined, emptiest: Place | undefined] {
  let fullest: Place | undefined;
  let emptiest: Place | undefined;
  for (const place of places) {
    if (fullest === undefined || useOf(place) >= useOf(fullest)) fullest = place;
    if (emptiest === undefined || useOf(place) < useOf(emptiest)) emptiest = place;
  }
  return [fullest, emptiest];
}

/**
 * The largest unit whose move leaves the receiver below where the giver was; and, where it would be above the giver then, that
 * brings enough of what it adds. All three are bounds on the cost.
 */
function largestThatHelps(from: Place, to: Place, board: Board, terms: PlanTerms, room: number): Unit | undefined {
  const gap = useOf(from) - useOf(to);
  const even = gap / (1 / to.weight + 1 / from.weight);
  const worthIt = (gap * to.weight) / (1 + terms.improvement);
  const most = Math.min(gap * to.weight * (1 - HAIR), Math.max(even, worthIt) * (1 + HAIR));
  const { units } = from;
  let [start, end] = [0, units.length];
  while (start < end) {
    const middle = (start + end) >>> 1;
    if ((units[middle] as Unit).cost <= most) start = middle + 1;
    else end = middle;
  }
  for (let index = start - 1; index >= 0; index -= 1) {
    const unit = units[index] as Unit;
    if (unit.cost <= 0) return undefined;
    if (unit.partitions.length <= room && board.allows(unit, to.id)) return unit;
  }
  return undefined;
}

/** Over the shards that are to have data, and those that still have. */
function balanceNow(topology: Topology, terms: PlanTerms, owners: readonly string[]): Balance {
  const loads = new Map<string, number>();
  for (const [partition, owner] of owners.entries()) {
    loads.set(owner, (loads.get(owner) ?? 0) + (terms.costs[partition] as number));
  }
  const isMeant = ({ id, state = 'active' }: ShardInfo): boolean => state === 'active' && !terms.drained.has(id);
  return balanceOf(
    topology.shards.filter((shard) => isMeant(shard) || (loads.get(shard.id) ?? 0) > 0),
    loads,
  );
}
