import type { CallOptions } from './call.ts';
import { kindOf, wrongCall } from './call-options.ts';
import type { RedisLike } from './client.ts';
import { Question } from './question.ts';

/** Options of {@link runCommand}. */
export interface RunCommandOptions extends CallOptions {
  /** Names the command in errors, for instance `'GET'`. Not a secret. */
  readonly name: string;
}

/**
 * Runs one plain command, or a pipeline, under the same rules as `runScript`: settles within `deadlineMs` whatever the
 * client does, waits for a connection on its way instead of piling up in its queue, and raises the errors of this
 * package. A late reply is dropped.
 *
 * @param send - Sends it; called once, as soon as the client can send, and not at all when time is up before that.
 *
 * @example
 * ```ts
 * const value = await runCommand(client, () => client.get('greeting'), { name: 'GET', deadlineMs: 100 });
 * ```
 *
 * @throws XcError `XC_REDIS_TIMEOUT`, `XC_REDIS_UNAVAILABLE`, `XC_REDIS_READONLY`, `XC_REDIS_OOM` as `runScript` does.
 * @throws XcError `XC_REDIS_COMMAND`: the server refused the command; `details.reply` is the code of its answer.
 * @throws TypeError for arguments of the wrong kind and for unknown options; nothing is sent.
 * @throws RangeError when `deadlineMs` is not a number.
 * @throws the reason of `signal`, at once.
 * @throws what `send` throws, when it throws instead of returning a promise, as it is.
 */
export function runCommand<T>(client: RedisLike, send: () => PromiseLike<T>, options: RunCommandOptions): Promise<T> {
  const wrong = wrongCall(client, options, true) ?? wrongSend(send);
  if (wrong) return Promise.reject(wrong);
  const question = new Question<T>(client, options, (late, why) => late.reject(why({ command: options.name })));
  question.ask(() => {
    let sent: PromiseLike<T>;
    try {
      sent = send();
    } catch (error) {
      // A mistake of the caller says nothing of Redis, and must not disturb the others who waited for the client.
      return question.reject(error);
    }
    Promise.resolve(sent).then(
      (value) => question.resolve(value),
      (error: unknown) => question.reject(question.errorFor({ command: options.name }, error)),
    );
  });
  return question.answer;
}

function wrongSend(send: unknown): TypeError | undefined {
  return typeof send === 'function' ? undefined : new TypeError(`send must be a function, got ${kindOf(send)}`);
}
