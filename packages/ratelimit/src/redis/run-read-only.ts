import { isXcError } from '@xc/core';
import { type RedisClient, runCommand, runScript } from '@xc/redis';
import type { CallBounds } from './call-bounds.ts';
import { shrinking } from './call-bounds.ts';
import type { StepScript } from './scripts.ts';

type Send = (...operands: (string | number)[]) => Promise<unknown>;

interface ReadOnlyCommands {
  readonly evalsha_ro?: Send;
  readonly eval_ro?: Send;
}

/**
 * Runs a script that writes nothing by EVALSHA_RO, which also a replica and a server out of memory answer. Where server or
 * client do not know the command (it came with Redis 7.0), by EVALSHA.
 */
export class ReadOnlyRunner {
  readonly #client: RedisClient;
  #known: boolean;

  constructor(client: RedisClient) {
    this.#client = client;
    const { evalsha_ro, eval_ro } = client as ReadOnlyCommands;
    // Automatic pipelines of older clients group by the first argument, here the hash of the script.
    const groupsByHash = client.isCluster && client.options.enableAutoPipelining === true;
    this.#known = typeof evalsha_ro === 'function' && typeof eval_ro === 'function' && !groupsByHash;
  }

  async run<Reply>(
    script: StepScript<Reply>,
    keys: readonly string[],
    args: readonly string[],
    bounds: CallBounds,
  ): Promise<Reply> {
    const rest = shrinking(bounds);
    if (this.#known) {
      try {
        return await this.#send('evalsha_ro', script, keys, args, bounds);
      } catch (error) {
        if (isUnknownCommand(error)) this.#known = false;
        else if (isUnknownScript(error)) return this.#send('eval_ro', script, keys, args, rest());
        else throw error;
      }
    }
    return runScript(this.#client, script, keys, args, rest());
  }

  #send<Reply>(
    command: 'evalsha_ro' | 'eval_ro',
    script: StepScript<Reply>,
    keys: readonly string[],
    args: readonly string[],
    bounds: CallBounds,
  ): Promise<Reply> {
    const client = this.#client as Required<ReadOnlyCommands>;
    const program = command === 'eval_ro' ? 'lua' : 'sha';
    const send = () => client[command](script[program], keys.length, ...keys, ...args);
    return runCommand(this.#client, send, { ...bounds, name: command.toUpperCase() }).then(script.parse);
  }
}

function isUnknownScript(error: unknown): boolean {
  return isXcError(error, 'XC_REDIS_COMMAND') && error.details.reply === 'NOSCRIPT';
}

function isUnknownCommand(error: unknown): boolean {
  return isXcError(error, 'XC_REDIS_COMMAND') && /^ERR unknown command/i.test((error.cause as Error).message);
}
