import type { RedisLike } from './client.ts';
import type { Script } from './script.ts';

/** The program itself or its hash, how many keys, the keys, the arguments. */
export type EvalOperands = (string | number | Buffer)[];

/** Whoever waits for the outcome of a script. Nothing more is sent once it is settled. */
export interface Awaiting {
  readonly settled: boolean;
}

/**
 * Sends EVALSHA, and EVAL when the server answers that it does not know the script, through the client, which follows
 * redirects. Calls exactly one of `succeed` and `fail`, unless nobody waits any more.
 */
export function evaluate(
  client: RedisLike,
  script: Script,
  operands: EvalOperands,
  awaiting: Awaiting,
  succeed: (raw: unknown) => void,
  fail: (error: unknown) => void,
): void {
  const { replies } = script;
  send(client, 'evalsha', replies, operands).then(succeed, (error: unknown) => {
    if (awaiting.settled) return;
    if (!isNoScript(error)) return fail(error);
    const [, ...rest] = operands;
    send(client, 'eval', replies, [script.lua, ...rest]).then(succeed, fail);
  });
}

function isNoScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT');
}

type Send = (...operands: EvalOperands) => Promise<unknown>;

interface Evaluating extends RedisLike {
  evalsha: Send;
  evalshaBuffer: Send;
  eval: Send;
  evalBuffer: Send;
  createBuiltinCommand(name: 'eval' | 'evalsha'): { readonly string: Send; readonly buffer: Send };
}

async function refused(error: unknown): Promise<never> {
  throw error;
}

function send(
  client: RedisLike,
  command: 'eval' | 'evalsha',
  replies: Script['replies'],
  operands: EvalOperands,
): Promise<unknown> {
  const redis = client as Evaluating;
  try {
    if (redis.isCluster && redis.options.enableAutoPipelining) {
      // Older releases group automatic pipelines of a cluster by the first argument, here the hash of the script, and
      // then refuse the mixture of slots. A command made this way takes no part in them.
      const { string, buffer } = redis.createBuiltinCommand(command);
      return (replies === 'bytes' ? buffer : string).apply(redis, operands);
    }
    if (command === 'eval') return replies === 'bytes' ? redis.evalBuffer(...operands) : redis.eval(...operands);
    return replies === 'bytes' ? redis.evalshaBuffer(...operands) : redis.evalsha(...operands);
  } catch (error) {
    return refused(error);
  }
}
