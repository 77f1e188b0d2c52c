import { type Clock, isXcError } from '@xc/core';
import {
  inOneWrite,
  type RedisClient,
  runScript,
  runScripts,
  type Script,
  type ScriptArgument,
  type ScriptCall,
} from '@xc/redis';
import type { TierCall } from '../tier/tier-call.ts';
import { SparedMasters } from './spared-masters.ts';

/** Which part of a deadline one master of a cluster has: what it misses has to be known to be its own. */
const SHARE = 0.95;
/** How long a server that has become a replica is left alone before it is asked again, in ms. */
const RETRY_MS = 20;

/**
 * Runs scripts within the deadline of a call. A server that has become a replica refuses what writes; the client finds the new
 * master meanwhile, so what was refused so is asked again for as long as there is time.
 */
export class ScriptRunner {
  readonly #client: RedisClient;
  readonly #clock: Clock;
  readonly #masters: SparedMasters | undefined;

  constructor(client: RedisClient, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
    this.#masters = client.isCluster ? new SparedMasters(client, clock) : undefined;
  }

  /** What is sent within goes out in one write, where there is one connection. */
  together<T>(send: () => T): T {
    return inOneWrite(this.#client, send);
  }

  one<Args extends readonly ScriptArgument[], Reply>(
    script: Script<Args, Reply>,
    keys: readonly string[],
    args: Args,
    call: TierCall,
  ): Promise<Reply> {
    const masters = this.#masters;
    if (masters === undefined) return this.#one(script, keys, args, call);
    const master = masters.of(keys[0] as string);
    const refusal = masters.refusal(master);
    if (refusal !== undefined) return Promise.reject(refusal);
    const bounds = { ...call, deadlineMs: call.deadlineMs * SHARE };
    return this.#one(script, keys, args, bounds).catch((error: unknown) => {
      throw masters.failed(master, error);
    });
  }

  #one<Args extends readonly ScriptArgument[], Reply>(
    script: Script<Args, Reply>,
    keys: readonly string[],
    args: Args,
    call: TierCall,
  ): Promise<Reply> {
    const since = this.#clock.monotonic();
    const { deadlineMs, signal } = call;
    const bounds = { deadlineMs, signal, clock: this.#clock };
    return runScript(this.#client, script, keys, args, bounds).catch(async (error: unknown) => {
      const leftMs = await this.#laterMs(error, since, call);
      return this.#one(script, keys, args, { ...call, deadlineMs: leftMs });
    });
  }

  /** All in one round trip; each has its own outcome. */
  async many<Reply>(
    calls: readonly ScriptCall<readonly ScriptArgument[], Reply>[],
    call: TierCall,
  ): Promise<PromiseSettledResult<Reply>[]> {
    const masters = this.#masters;
    if (masters === undefined) return this.#many(calls, call);
    const outcomes: (PromiseSettledResult<Reply> | undefined)[] = calls.map(() => undefined);
    const homes = calls.map(({ keys }) => masters.of(keys[0] as string));
    const asked = calls.flatMap((_, index) => {
      const reason = masters.refusal(homes[index]);
      if (reason === undefined) return [index];
      outcomes[index] = { status: 'rejected', reason };
      return [];
    });
    const wanted = asked.map((index) => calls[index] as (typeof calls)[number]);
    const answers = await this.#many(wanted, { ...call, deadlineMs: call.deadlineMs * SHARE });
    for (const [place, index] of asked.entries()) {
      const answer = answers[place] as PromiseSettledResult<Reply>;
      outcomes[index] =
        answer.status === 'fulfilled'
          ? answer
          : { status: 'rejected', reason: masters.failed(homes[index], answer.reason) };
    }
    return outcomes as PromiseSettledResult<Reply>[];
  }

  async #many<Reply>(
    calls: readonly ScriptCall<readonly ScriptArgument[], Reply>[],
    call: TierCall,
  ): Promise<PromiseSettledResult<Reply>[]> {
    const since = this.#clock.monotonic();
    const { deadlineMs, signal } = call;
    const outcomes = [...(await runScripts(this.#client, calls, { deadlineMs, signal, clock: this.#clock }))];
    const refused = outcomes.flatMap((outcome, index) =>
      outcome.status === 'rejected' && isXcError(outcome.reason, 'XC_REDIS_READONLY') ? [index] : [],
    );
    const [first] = refused;
    if (first === undefined) return outcomes as PromiseSettledResult<Reply>[];
    try {
      const leftMs = await this.#laterMs((outcomes[first] as PromiseRejectedResult).reason, since, call);
      const again = refused.map((index) => calls[index] as (typeof calls)[number]);
      const later = await this.#many(again, { ...call, deadlineMs: leftMs });
      refused.forEach((index, place) => {
        outcomes[index] = later[place] as PromiseSettledResult<Reply>;
      });
    } catch {
      // No time is left: what was refused stays refused.
    }
    return outcomes as PromiseSettledResult<Reply>[];
  }

  /** Waits, and tells how much time there is after that. @throws the error where another try makes no sense. */
  async #laterMs(error: unknown, since: number, { deadlineMs, signal }: TierCall): Promise<number> {
    if (!isXcError(error, 'XC_REDIS_READONLY')) throw error;
    const leftMs = deadlineMs - (this.#clock.monotonic() - since) - RETRY_MS;
    if (leftMs <= 0) throw error;
    await this.#clock.sleep(RETRY_MS, signal);
    return leftMs;
  }
}
