import { type RedisClient, runScript } from '@xc/redis';
import type { LimitOp } from '../store/limit-op.ts';
import type { StepReply } from '../store/step-reply.ts';
import { type RawReply, takesScript } from './scripts.ts';

/** Takes that travel together at most: while the server decides these, the client makes the next ready. */
const MOST_TAKES = 32;
/** And their limits: a script keeps the server from everybody else, these for a fifth of a millisecond. */
const MOST_OPS = 96;

/** One take without a lease, that waits for the others of its turn. */
export interface GatheredTake {
  readonly ops: readonly LimitOp[];
  readonly keys: readonly string[];
  /** Its ops, as one script wants them. */
  readonly json: string;
}

/** How one take goes when it goes alone, and how its reply reads. */
export interface LoneTake {
  send(take: GatheredTake, deadlineMs: number): Promise<StepReply>;
  read(raw: RawReply, ops: readonly LimitOp[]): StepReply;
}

interface Waiting extends GatheredTake {
  resolve(reply: StepReply | Promise<StepReply>): void;
  reject(error: unknown): void;
}

/**
 * Sends the takes of one turn of the event loop together, as one script: a command of its own for each would cost the
 * client and the server more than all deciding. Each call is decided for itself, in the order of the calls, and only waits for
 * the turn to end; one that is alone goes as it would without.
 *
 * For one server alone: in a cluster the keys of two calls are in two slots.
 */
export class GatheredTakes {
  readonly #client: RedisClient;
  readonly #lone: LoneTake;
  readonly #flush = (): void => {
    this.#scheduled = false;
    this.flush();
  };
  #waiting: Waiting[] = [];
  #ops = 0;
  #deadlineMs = 0;
  #scheduled = false;

  constructor(client: RedisClient, lone: LoneTake) {
    this.#client = client;
    this.#lone = lone;
  }

  /** Does one take with the others of this turn. */
  take(take: GatheredTake, deadlineMs: number): Promise<StepReply> {
    const full = this.#waiting.length === MOST_TAKES || this.#ops + take.ops.length > MOST_OPS;
    if (full || deadlineMs !== this.#deadlineMs) this.flush();
    return new Promise((resolve, reject) => {
      const { ops, keys, json } = take;
      this.#waiting.push({ ops, keys, json, resolve, reject });
      this.#ops += ops.length;
      this.#deadlineMs = deadlineMs;
      if (this.#scheduled) return;
      this.#scheduled = true;
      process.nextTick(this.#flush);
    });
  }

  /** Sends what waits, so that whatever is sent next comes after it. */
  flush(): void {
    const waiting = this.#waiting;
    if (waiting.length === 0) return;
    const deadlineMs = this.#deadlineMs;
    this.#waiting = [];
    this.#ops = 0;
    const [first] = waiting;
    if (waiting.length === 1 && first !== undefined) first.resolve(this.#lone.send(first, deadlineMs));
    else this.#sendTogether(waiting, deadlineMs);
  }

  #sendTogether(waiting: readonly Waiting[], deadlineMs: number): void {
    const keys: string[] = [];
    let json = '[';
    for (const take of waiting) {
      keys.push(...take.keys);
      json += json === '[' ? take.json : `,${take.json}`;
    }
    runScript(this.#client, takesScript, keys, [`${json}]`], { deadlineMs }).then(
      (replies) => {
        for (const [index, take] of waiting.entries()) {
          const reply = replies[index];
          if (reply) take.resolve(this.#lone.read(reply.split(' '), take.ops));
          else take.resolve(this.#lone.send(take, deadlineMs));
        }
      },
      (error) => {
        for (const take of waiting) take.reject(error);
      },
    );
  }
}
