import type { LimitRule } from '../limits/limit-rule.ts';
import type { Algorithm } from './algorithms/algorithm.ts';
import { bucket } from './algorithms/bucket.ts';
import { concurrency } from './algorithms/concurrency.ts';
import { Gcra } from './algorithms/gcra.ts';
import { intervalBucket } from './algorithms/interval-bucket.ts';
import { log } from './algorithms/log.ts';
import { sliding } from './algorithms/sliding.ts';
import { countedWindow } from './algorithms/window.ts';
import type { Slots } from './slots.ts';

/** What the states of a limit are made with. */
export interface TableParts {
  readonly slots: Slots;
  /** Epoch milliseconds. */
  wallClock(): number;
  /** A number that was never given before, larger than all that were. */
  serial(): number;
}

/** The slots of one limit, by key, as long as its algorithm and window stay the same. */
export class Table {
  readonly slotOf = new Map<string, number>();
  readonly algorithm: Algorithm;
  readonly #rule: LimitRule;

  constructor(rule: LimitRule, parts: TableParts) {
    this.#rule = rule;
    this.algorithm = algorithmOf(rule, parts);
  }

  /** The counts go on for a rule that differs in its numbers of units alone. */
  fits(rule: LimitRule): boolean {
    return rule === this.#rule || sameShape(rule, this.#rule);
  }
}

/** Whether two rules differ in their numbers of units alone. */
function sameShape(one: Shape, other: Shape): boolean {
  return (
    (one.algorithm ?? 'gcra') === (other.algorithm ?? 'gcra') &&
    one.windowMs === other.windowMs &&
    (one.refill === 'interval') === (other.refill === 'interval') &&
    (one.aligned ?? false) === (other.aligned ?? false) &&
    one.per === other.per &&
    (one.timeZone ?? 'UTC') === (other.timeZone ?? 'UTC') &&
    (one.anchorDay ?? 1) === (other.anchorDay ?? 1)
  );
}

/** What any rule may say, besides numbers of units. */
interface Shape {
  readonly algorithm?: string;
  readonly windowMs?: number;
  readonly refill?: string;
  readonly aligned?: boolean;
  readonly per?: string;
  readonly timeZone?: string;
  readonly anchorDay?: number;
}

function algorithmOf(rule: LimitRule, { slots, wallClock, serial }: TableParts): Algorithm {
  switch (rule.algorithm) {
    case 'bucket':
      return (rule.refill === 'interval' ? intervalBucket(slots) : bucket(slots)) as Algorithm;
    case 'sliding':
      return sliding(slots, rule) as Algorithm;
    case 'fixed':
    case 'quota':
      return countedWindow(slots, rule, wallClock) as Algorithm;
    case 'log':
      return log(slots, rule, serial) as Algorithm;
    case 'concurrency':
      return concurrency(slots) as Algorithm;
    default:
      return new Gcra(slots) as Algorithm;
  }
}
