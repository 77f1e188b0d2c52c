import { checkOneOf, refuse } from '../limits/refuse.ts';
import { CallOp } from './call-op.ts';
import type { TakeOptions } from './call-options.ts';
import { type CompiledLimit, checkCost, keyError } from './compiled-limit.ts';

/** What a call may say about itself, before anybody has looked at it. */
type Given = Pick<TakeOptions, 'cost' | 'only'>;

/** Turns a subject into the ops that it is to be asked for. */
export class Intake {
  readonly #limits: readonly CompiledLimit[];
  readonly #names: readonly string[];
  readonly #tagOf: ((subject: never) => string) | undefined;

  constructor(limits: readonly CompiledLimit[], tagOf: ((subject: never) => string) | undefined) {
    this.#limits = limits;
    this.#names = limits.map(({ name }) => name);
    this.#tagOf = tagOf;
  }

  /**
   * The ops of a call in definition order; a promise of them when a limit answers with one.
   * @throws XcError `XC_RATELIMIT_KEY`, TypeError or RangeError.
   */
  ops(subject: unknown, options: Given | undefined): CallOp[] | Promise<CallOp[]> {
    if (options !== undefined) this.#check(options);
    const ops: CallOp[] = [];
    const limits: unknown[] = [];
    let waits = false;
    let tag: string | undefined;
    for (const limit of this.#limits) {
      if (options?.only !== undefined && !options.only.includes(limit.name)) continue;
      const key = limit.key(subject);
      if (key === undefined) continue;
      if (this.#tagOf !== undefined) tag ??= this.#tag(subject);
      if (limit.limitOf === undefined) {
        ops.push(this.#op(limit, key, tag, subject, options));
        limits.push(limit.rule.limit);
        continue;
      }
      const answer = limit.limitOf(subject);
      if (answer === undefined) continue;
      if (typeof (answer as PromiseLike<unknown>)?.then === 'function') waits = true;
      ops.push(this.#op(limit, key, tag, subject, options));
      limits.push(answer);
    }
    return waits ? Promise.all(limits).then((numbers) => withRules(ops, numbers)) : withRules(ops, limits);
  }

  /** @throws TypeError */
  named(name: string): CompiledLimit {
    checkOneOf('name', name, this.#names);
    return this.#limits[this.#names.indexOf(name)] as CompiledLimit;
  }

  #op(
    limit: CompiledLimit,
    key: string,
    tag: string | undefined,
    subject: unknown,
    options: Given | undefined,
  ): CallOp {
    const given = typeof options?.cost === 'object' ? ownValue(options.cost, limit.name) : options?.cost;
    const cost = given ?? limit.costOf?.(subject);
    const checked =
      cost === undefined ? 1 : checkCost(given === undefined ? `limits.${limit.name}.cost` : 'cost', cost);
    return new CallOp(limit, key, tag, limit.rule, checked, cost !== undefined);
  }

  #tag(subject: unknown): string {
    const tag: unknown = this.#tagOf?.(subject as never);
    if (typeof tag !== 'string' || tag === '') throw keyError(undefined, 'tag', tag);
    return tag;
  }

  #check({ cost, only }: Given): void {
    if (only !== undefined) {
      if (!Array.isArray(only)) refuse('only', 'an array of names', only);
      for (const name of only) checkOneOf('only', name, this.#names);
    }
    if (cost === undefined) return;
    if (typeof cost !== 'object' || cost === null) return void checkCost('cost', cost);
    for (const [name, value] of Object.entries(cost)) {
      checkOneOf('cost: a name', name, this.#names);
      if (value !== undefined) checkCost(`cost.${name}`, value);
    }
  }
}

function withRules(ops: CallOp[], limits: readonly unknown[]): CallOp[] {
  let applying = ops;
  for (let index = 0; index < ops.length; index++) {
    const op = ops[index] as CallOp;
    if (limits[index] === undefined) applying = applying.filter((other) => other !== op);
    else if (op.limit.limitOf !== undefined) {
      op.given = op.limit.ruleFor(limits[index]);
      op.rule = op.given;
    }
  }
  return applying;
}

function ownValue(record: Readonly<Record<string, number | undefined>>, name: string): number | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
