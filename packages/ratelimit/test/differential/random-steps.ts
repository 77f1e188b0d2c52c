import { SeededRandom } from '@xc/core/testing';
import type { LimitOp, LimitRule, Step } from '../../src/index.ts';

/** Random traffic over a few keys, so that it meets itself: all algorithms, several limits a call, everything a store can do. */
export class RandomSteps {
  readonly #random: SeededRandom;
  readonly #limits: readonly LimitOp[];
  readonly #charged: LimitOp[] = [];
  #leases = 0;

  constructor(seed: number, run: string, tag?: string) {
    this.#random = new SeededRandom(seed);
    this.#limits = Array.from({ length: 14 }, (_, index) => ({
      ...this.#limit(`limit${index}`, `${run}-${index % 5}`),
      ...(tag === undefined ? {} : { tag }),
    }));
  }

  next(): Step {
    const draw = this.#random.next();
    if (draw < 0.7) return this.#take('take');
    if (draw < 0.8) return this.#take('peek');
    if (draw < 0.93) return this.#adjust();
    if (draw < 0.96) return this.#move(this.#random.next() < 0.5 ? 'renew' : 'release');
    if (draw < 0.985) return { kind: 'clear', ops: [this.#pick(this.#limits)] };
    const calm = this.#limits.filter(({ escalate }) => escalate === undefined);
    return { kind: 'block', ops: [this.#pick(calm)], blockMs: this.#whole(1, 20) };
  }

  /** Tells what a take has charged, to be corrected later on. */
  charged(op: LimitOp, receipt: string): void {
    if (this.#charged.length > 20) this.#charged.shift();
    this.#charged.push({ ...op, receipt });
  }

  #take(kind: 'take' | 'peek'): Step {
    const ops = this.#ops();
    if (kind === 'peek') return { kind, ops };
    const holds = ops.some(({ rule, cost }) => rule.algorithm === 'concurrency' && cost > 0);
    if (!holds) return { kind, ops };
    this.#leases += 1;
    return { kind, ops, lease: { id: `lease ${this.#leases}`, ttlMs: this.#whole(1, 60) } };
  }

  #ops(): readonly LimitOp[] {
    const draw = this.#random.next();
    const count = draw < 0.6 ? 1 : draw < 0.9 ? 2 : this.#whole(3, 6);
    const chosen = new Set(Array.from({ length: count }, () => this.#pick(this.#limits)));
    return [...chosen].map((op) => ({ ...op, rule: this.#now(op.rule), cost: this.#cost() }));
  }

  #adjust(): Step {
    const op = this.#charged.splice(this.#whole(0, Math.max(0, this.#charged.length - 1)), 1)[0];
    if (op === undefined) return this.#take('peek');
    const more = this.#random.next() < 0.4;
    return { kind: 'adjust', ops: [{ ...op, by: more ? this.#whole(1, 12) : -this.#whole(1, op.cost) }] };
  }

  #move(kind: 'renew' | 'release'): Step {
    const ops = this.#limits.filter(({ rule }) => rule.algorithm === 'concurrency');
    if (ops.length === 0) return this.#take('take');
    const id = `lease ${Math.max(1, this.#leases - this.#whole(0, 5))}`;
    return { kind, ops, lease: { id, ttlMs: this.#whole(1, 60) } };
  }

  #cost(): number {
    const draw = this.#random.next();
    return draw < 0.05 ? 0 : draw < 0.8 ? 1 : this.#whole(2, 9);
  }

  /** Now and then another limit for the same state. */
  #now(rule: LimitRule): LimitRule {
    if (this.#random.next() < 0.9) return rule;
    const limit = this.#whole(0, 12);
    return 'burst' in rule ? { ...rule, limit, burst: Math.max(1, limit) } : { ...rule, limit };
  }

  #limit(name: string, key: string): LimitOp {
    const enforce = this.#random.next() < 0.8;
    const escalates = this.#random.next() < 0.3;
    const escalate = {
      after: this.#whole(1, 4),
      withinMs: 20,
      blockMs: this.#whole(1, 9),
      maxBlockMs: 30,
      forgetMs: 50,
    };
    return { name, key, rule: this.#rule(), cost: 1, enforce, ...(escalates ? { escalate } : {}) };
  }

  #rule(): LimitRule {
    const limit = this.#whole(1, 10);
    const windowMs = this.#whole(1, 40);
    const burst = this.#whole(1, 12);
    return this.#pick<LimitRule>([
      { limit, windowMs },
      { limit, windowMs, burst },
      { algorithm: 'bucket', limit, windowMs },
      { algorithm: 'bucket', limit, windowMs, burst },
      { algorithm: 'bucket', limit, windowMs, burst, refill: 'interval' },
      { algorithm: 'sliding', limit, windowMs },
      { algorithm: 'fixed', limit, windowMs },
      { algorithm: 'fixed', limit, windowMs, aligned: true },
      { algorithm: 'log', limit, windowMs },
      { algorithm: 'quota', limit: 1_000 * limit, per: 'day', timeZone: 'Asia/Kathmandu' },
      { algorithm: 'concurrency', limit, ttlMs: 20 },
    ]);
  }

  #whole(least: number, most: number): number {
    return least + Math.floor(this.#random.next() * (most - least + 1));
  }

  #pick<Item>(items: readonly Item[]): Item {
    return items[this.#whole(0, items.length - 1)] as Item;
  }
}
