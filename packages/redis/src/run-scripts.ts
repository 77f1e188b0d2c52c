import type { CallOptions } from './call.ts';
import { kindOf, wrongCall } from './call-options.ts';
import type { RedisLike } from './client.ts';
import { type EvalOperands, evaluate } from './evaluate.ts';
import { inOneWrite } from './in-one-write.ts';
import { Question } from './question.ts';
import type { Script, ScriptArgument } from './script.ts';
import { type ScriptKey, scriptOperands, wrongScript } from './script-operands.ts';

/** One call of {@link runScripts}. */
export interface ScriptCall<Args extends readonly ScriptArgument[] = readonly ScriptArgument[], Reply = unknown> {
  readonly script: Script<Args, Reply>;
  readonly keys: readonly ScriptKey[];
  readonly args: Args;
}

/** What came of each call, in their order. */
export type ScriptOutcomes<Calls extends readonly ScriptCall[]> = {
  -readonly [Index in keyof Calls]: PromiseSettledResult<
    Calls[Index] extends { readonly script: { parse(raw: unknown): infer Reply } } ? Reply : unknown
  >;
};

/** Options of {@link runScripts}. */
export interface RunScriptsOptions extends CallOptions {}

/**
 * Runs several scripts in one round trip, pipelined, each by itself: EVALSHA, and EVAL for those that the server does
 * not know. In a cluster the calls may be in different slots; those of one node travel together. They are no
 * transaction: others may run in between, and one may fail alone.
 *
 * Resolves within `deadlineMs` with what came of each call; one that was not answered by then is rejected with
 * `XC_REDIS_TIMEOUT` in its place, and its late reply is dropped.
 *
 * @throws TypeError for keys or arguments that do not fit their script, for anything else of the wrong kind, and for
 * unknown options, before anything is sent.
 * @throws RangeError when `deadlineMs` is not a number.
 * @throws the reason of `signal`, at once.
 */
export function runScripts<const Calls extends readonly ScriptCall[]>(
  client: RedisLike,
  calls: Calls,
  options: RunScriptsOptions,
): Promise<ScriptOutcomes<Calls>> {
  const wrong = wrongCall(client, options) ?? wrongCalls(calls);
  if (wrong) return Promise.reject(wrong);
  const batch = new Batch(client, calls, options);
  batch.send();
  return batch.answer as Promise<ScriptOutcomes<Calls>>;
}

function wrongCalls(calls: unknown): TypeError | undefined {
  if (!Array.isArray(calls)) return new TypeError(`calls must be an array, got ${kindOf(calls)}`);
  for (const call of calls as readonly (ScriptCall | null | undefined)[]) {
    const wrong = wrongScript(call?.script);
    if (wrong) return wrong;
  }
  return undefined;
}

class Batch {
  readonly #client: RedisLike;
  readonly #calls: readonly ScriptCall[];
  readonly #outcomes: (PromiseSettledResult<unknown> | undefined)[];
  readonly #question: Question<unknown>;
  #missing: number;

  constructor(client: RedisLike, calls: readonly ScriptCall[], options: RunScriptsOptions) {
    this.#client = client;
    this.#calls = calls;
    this.#outcomes = calls.map(() => undefined);
    this.#missing = calls.length;
    this.#question = new Question(client, options, (question, why) => {
      calls.forEach(({ script }, index) => {
        this.#outcomes[index] ??= { status: 'rejected', reason: why({ script: script.name }) };
      });
      question.resolve(this.#outcomes);
    });
  }

  get answer(): Promise<unknown> {
    return this.#question.answer;
  }

  send(): void {
    if (this.#missing === 0) this.#question.resolve([]);
    if (this.#question.settled) return;
    try {
      const operands = this.#calls.map(({ script, keys, args }) => scriptOperands(this.#client, script, keys, args));
      this.#question.ask(() => {
        inOneWrite(this.#client, () => {
          for (const [index, one] of operands.entries()) this.#sendOne(index, one);
        });
      });
    } catch (error) {
      this.#question.reject(error);
    }
  }

  #sendOne(index: number, operands: EvalOperands): void {
    const { script } = this.#calls[index] as ScriptCall;
    evaluate(
      this.#client,
      script,
      operands,
      this.#question,
      (raw) => this.#settle(index, parsed(script, raw)),
      (error) => {
        const reason = this.#question.errorFor({ script: script.name }, error);
        this.#settle(index, { status: 'rejected', reason });
      },
    );
  }

  #settle(index: number, outcome: PromiseSettledResult<unknown>): void {
    this.#outcomes[index] = outcome;
    this.#missing -= 1;
    if (this.#missing === 0) this.#question.resolve(this.#outcomes);
  }
}

function parsed(script: Script, raw: unknown): PromiseSettledResult<unknown> {
  try {
    return { status: 'fulfilled', value: script.parse(raw) };
  } catch (reason) {
    return { status: 'rejected', reason };
  }
}
