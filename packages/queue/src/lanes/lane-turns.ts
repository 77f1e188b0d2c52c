import type { LaneQuota } from '../engine/step-request.ts';
import type { LaneOrder } from './lane-order.ts';

/** What a turn is taken for. */
export interface LaneJob {
  readonly record: { readonly lane: string; readonly key: string | undefined };
}

interface Lane {
  readonly name: string;
  readonly weight: number;
  /** What it has saved up: the richest is next. */
  credit: number;
  /** The credit while turns are tried out. */
  trial: number;
  /** What it was last asked for. */
  quota: number;
  /** Gave less than it was asked for last time: it saves nothing up then. */
  empty: boolean;
}

/**
 * Whose turn it is among weighted lanes: smooth weighted round-robin (nginx, `ngx_http_upstream_round_robin`), with the
 * credit on the worker's side, so that the server holds none. `plan` says what to ask for, `take` puts what came in the order
 * in which to start it and moves the credit. Lanes in strict order need no credit.
 */
export class LaneTurns {
  readonly #lanes: readonly Lane[];
  readonly #strict: boolean;
  readonly #total: number;
  readonly #index: ReadonlyMap<string, number>;

  constructor({ names, weights }: LaneOrder) {
    const blank = { credit: 0, trial: 0, quota: 0, empty: false };
    this.#lanes = names.map((name, index) => ({ name, weight: weights?.[index] ?? 1, ...blank }));
    this.#strict = weights === undefined;
    this.#index = new Map(names.map((name, index) => [name, index]));
    this.#total = this.#lanes.reduce((sum, { weight }) => sum + weight, 0);
  }

  /** Quotas that add up to `want`, in the order in which lanes help out where others have nothing; shares of `ahead`. */
  plan(want: number, ahead: number): readonly LaneQuota[] {
    const lanes = this.#lanes;
    if (this.#strict) {
      return lanes.map(({ name }, index) => ({
        lane: name,
        quota: index === 0 ? want : 0,
        ahead: index === 0 ? ahead : 0,
      }));
    }
    for (const lane of lanes) {
      lane.trial = lane.credit;
      lane.quota = 0;
    }
    for (let turn = 0; turn < want; turn++) this.#try().quota++;
    const full = ahead === 0 ? 0 : this.#weightOfFull();
    return this.#byCredit().map(({ name, weight, quota, empty }) => ({
      lane: name,
      quota,
      ahead: full === 0 ? Math.ceil((ahead * weight) / this.#total) : empty ? 0 : Math.ceil((ahead * weight) / full),
    }));
  }

  /**
   * The jobs of one reply to the last `plan`, in the order in which to start them. Jobs of one key keep their order whatever
   * their lanes.
   *
   * @param scarce - The queue had less than was asked for, and nothing but its lanes held it back: a lane that gave less than
   * its quota is then empty, and saves nothing up.
   */
  take<J extends LaneJob>(jobs: readonly J[], scarce: boolean): readonly J[] {
    if (jobs.length === 0 && !scarce) return jobs;
    const byLane = this.#sorted(jobs);
    if (this.#strict) return keysInOrder(jobs, byLane.flat());
    const over = this.#lanes.some(({ quota }, index) => (byLane[index] as J[]).length > quota);
    for (const [index, lane] of this.#lanes.entries()) {
      lane.empty = scarce || (over && (byLane[index] as J[]).length < lane.quota);
      if (lane.empty) lane.credit = 0;
    }
    const alone = byLane.some((own) => own.length === jobs.length);
    return alone ? this.#takeAlone(byLane, jobs) : keysInOrder(jobs, this.#interleave(byLane, jobs.length));
  }

  #takeAlone<J>(byLane: readonly J[][], jobs: readonly J[]): readonly J[] {
    const others = this.#lanes.some(({ empty }, index) => !empty && byLane[index]?.length === 0);
    if (others) this.#interleave(byLane, jobs.length);
    return jobs;
  }

  #sorted<J extends LaneJob>(jobs: readonly J[]): readonly J[][] {
    const byLane: J[][] = this.#lanes.map(() => []);
    for (const job of jobs) (byLane.at(this.#index.get(job.record.lane) ?? -1) as J[]).push(job);
    return byLane;
  }

  /** Turns go to those that have a job here; those that may have one on the server save up. */
  #interleave<J>(byLane: readonly J[][], count: number): J[] {
    const next = byLane.map((own) => own.values());
    const left = byLane.map((own) => own.length);
    const result: J[] = [];
    while (result.length < count) {
      let best: Lane | undefined;
      let at = 0;
      let total = 0;
      for (const [index, lane] of this.#lanes.entries()) {
        const has = (left[index] as number) > 0;
        if (!has && lane.empty) continue;
        total += lane.weight;
        lane.credit += lane.weight;
        if (!has || (best !== undefined && lane.credit <= best.credit)) continue;
        best = lane;
        at = index;
      }
      if (best === undefined) break;
      best.credit -= total;
      left[at] = (left[at] as number) - 1;
      result.push(next[at]?.next().value as J);
    }
    return result;
  }

  /** One turn: everybody gets its weight, the richest pays for all. */
  #try(): Lane {
    let best = this.#lanes[0] as Lane;
    for (const lane of this.#lanes) {
      lane.trial += lane.weight;
      if (lane.trial > best.trial) best = lane;
    }
    best.trial -= this.#total;
    return best;
  }

  /** Lanes by what they have after one more turn, the first among equals first. */
  #byCredit(): Lane[] {
    return [...this.#lanes].sort((one, other) => other.credit + other.weight - one.credit - one.weight);
  }

  #weightOfFull(): number {
    return this.#lanes.reduce((sum, { empty, weight }) => (empty ? sum : sum + weight), 0);
  }
}

/** Order within a key beats lanes: where jobs of one key came together, they keep the order in which they came. */
function keysInOrder<J extends LaneJob>(came: readonly J[], ordered: J[]): J[] {
  let several = false;
  const byKey = new Map<string, J[]>();
  for (const job of came) {
    const { key } = job.record;
    if (key === undefined) continue;
    const others = byKey.get(key);
    if (others === undefined) byKey.set(key, [job]);
    else several = others.push(job) > 1;
  }
  if (!several) return ordered;
  return ordered.map((job) => (job.record.key === undefined ? job : (byKey.get(job.record.key)?.shift() as J)));
}
