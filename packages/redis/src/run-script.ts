import type { CallOptions } from './call.ts';
import { wrongCall } from './call-options.ts';
import type { RedisLike } from './client.ts';
import { evaluate } from './evaluate.ts';
import { Question } from './question.ts';
import type { Script, ScriptArgument } from './script.ts';
import { type ScriptKey, scriptOperands, wrongScript } from './script-operands.ts';

/** Options of {@link runScript}. */
export interface RunScriptOptions extends CallOptions {}

/**
 * Runs a script in one round trip and settles within `deadlineMs`, whatever the client does in the meantime.
 *
 * EVALSHA, and EVAL where the server does not know the script: after SCRIPT FLUSH, a restart, a failover, on another
 * node of a cluster. While the connection of the client is on its way the call waits and is not queued: a call whose
 * time is up before then is never sent (`details.sent` is false). A call that was sent and not answered in time may have
 * run all the same; its late reply is dropped. The call holds the process open
 * while it waits for a connection, and from when its connection is lost until it is settled. A key prefix of the client is
 * put before the keys.
 *
 * On the hot path it adds one promise, one timer of the shared wheel and one array to the command itself; guarded by
 * `bench/run-script.bench.ts`.
 *
 * @param keys - As many as the script takes, in a cluster all in one slot.
 * @throws TypeError (as a rejection, as everything here) for keys or arguments that do not fit the script, for anything
 * else of the wrong kind, and for unknown options; nothing is sent.
 * @throws RangeError when `deadlineMs` is not a number.
 * @throws XcError `XC_REDIS_TIMEOUT`: no answer within `deadlineMs`; `details.sent` tells whether it may have run. Retryable.
 * @throws XcError `XC_REDIS_UNAVAILABLE`: the server cannot be reached, is loading, or does not let the client in. A
 * connection that fails is tried again until `deadlineMs`; the failure is then the cause, and `details.sent` is false.
 * @throws XcError `XC_REDIS_READONLY`: the server has become a replica. Retryable.
 * @throws XcError `XC_REDIS_OOM`: the server is out of memory and the script writes. Retryable.
 * @throws XcError `XC_REDIS_SCRIPT`: the script failed; `details` has its name and the line.
 * @throws the reason of `signal`, at once.
 */
export function runScript<Args extends readonly ScriptArgument[], Reply>(
  client: RedisLike,
  script: Script<Args, Reply>,
  keys: readonly ScriptKey[],
  args: Args,
  options: RunScriptOptions,
): Promise<Reply> {
  const wrong = wrongCall(client, options) ?? wrongScript(script);
  if (wrong) return Promise.reject(wrong);
  const question = new Question<Reply>(client, options, (late, why) => late.reject(why({ script: script.name })));
  if (question.settled) return question.answer;

  const succeed = (raw: unknown): void => {
    if (question.settled) return;
    try {
      question.resolve(script.parse(raw));
    } catch (error) {
      question.reject(error);
    }
  };
  const fail = (error: unknown): void => {
    if (!question.settled) question.reject(question.errorFor({ script: script.name }, error));
  };
  try {
    const operands = scriptOperands(client, script, keys, args);
    question.ask(() => evaluate(client, script, operands, question, succeed, fail));
  } catch (error) {
    question.reject(error);
  }
  return question.answer;
}
