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
  /** No limit is a function, and nothing has a tag. */
  readonly #isPlain: boolean;

  constructor(limits: readonly CompiledLimit[], tagOf: ((subject: never) => string) | undefined) {
    this.#limits = limits;
    this.#names = limits.map(({ name }) => name);
    this.#tagOf = tagOf;
    this.#isPlain = tagOf === undefined && limits.every(({ limitOf }) => limitOf === undefined);
  }

  /**
   * The ops of a call in definition order; a promise of them when a limit answers with one.
   * @throws XcError `XC_RATELIMIT_KEY`, TypeError or RangeError.
   */
  ops(subject: unknown, options: Given | undefined): CallOp[] | Promise<CallOp[]> {
    if (options === undefined && this.#isPlain) return this.#plainOps(subject);
    if (options !== undefined) this.#check(options);
    const ops: CallOp[] = [];
    let answers: unknown[] | undefined;
    let waits = false;
    let tag: string | undefined;
    for (let index = 0; index < this.#limits.length; index++) {
      const limit = this.#limits[index] as CompiledLimit;
      if (options?.only !== undefined && !options.only.includes(limit.name)) continue;
      const key = limit.key(subject);
      if (key === undefined) continue;
      if (limit.limitOf !== undefined) {
        const answer = limit.limitOf(subject);
        if (answer === undefined) continue;
        if (typeof (answer as PromiseLike<unknown>)?.then === 'function') waits = true;
        answers ??= [];
        answers[ops.length] = answer;
      }
      if (this.#tagOf !== undefined) tag ??= this.#tag(subject);
      ops.push(this.#op(limit, key, tag, subject, options));
    }
    if (answers === undefined) return ops;
    return waits ? Promise.all(answers).then((numbers) => withRules(ops, numbers)) : withRules(ops, answers);
  }

  /** @throws TypeError */
  named(name: string): CompiledLimit {
    checkOneOf('name', name, this.#names);
    return this.#limits[this.#names.indexOf(name)] as CompiledLimit;
  }

  /** The way of most calls, with an array no longer than it must be: one that grows takes room for seventeen. */
  #plainOps(subject: unknown): CallOp[] {
    const limits = this.#limits;
    const first = this.#plainOp(limits[0] as CompiledLimit, subject);
    if (limits.length === 1) return first === undefined ? [] : [first];
    const ops = limits.map((limit, index) => (index === 0 ? first : this.#plainOp(limit, subject)));
    return (ops.includes(undefined) ? ops.filter((op) => op !== undefined) : ops) as CallOp[];
  }

  #plainOp(limit: CompiledLimit, subject: unknown): CallOp | undefined {
    const key = limit.key(subject);
    return key === undefined ? undefined : this.#op(limit, key, undefined, subject, undefined);
  }

  #op(
    limit: CompiledLimit,
    key: string,
    tag: string | undefined,
    subject: unknown,
    options: Given | undefined,
  ): CallOp {
    if (options === undefined && limit.costOf === undefined) return new CallOp(limit, key, tag, limit.rule, 1, false);
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
    if (op.limit.limitOf === undefined) continue;
    if (limits[index] === undefined) applying = applying.filter((other) => other !== op);
    else {
      op.given = op.limit.ruleFor(limits[index]);
      op.rule = op.given;
    }
  }
  return applying;
}

function ownValue(record: Readonly<Record<string, number | undefined>>, name: string): number | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
