import { constantBackoff, isXcError } from '@xc/core';
import { SeededRandom } from '@xc/core/testing';
import type { DataAdapter, Rebalancer, RebalancerOptions } from '../src/index.ts';
import {
  type CrashPoint,
  crashAfter,
  crashPoint,
  type FoundRow,
  historyChecker,
  type MemoryShardsOptions,
} from '../src/testing/index.ts';
import { movingWorld, partitioner, type World } from './moving-world.ts';
import type { PausePoint } from './pause-point.ts';

/** What a mover is doing when it dies. */
export type Scene = 'run' | 'resume' | 'reverse' | 'abort' | 'finish';

export const scenes: readonly Scene[] = ['run', 'resume', 'reverse', 'abort', 'finish'];

/** One play: what is done, and where the movers that do it die, one after the other. */
export interface Play {
  readonly form: Pick<MemoryShardsOptions, 'capture' | 'fencing'>;
  readonly scene: Scene;
  readonly seed: number;
  readonly deaths: readonly CrashPoint[];
}

/** One play in which a mover is stopped, and wakes after another has taken its place. */
export interface PausedPlay extends Pick<Play, 'form' | 'seed'> {
  readonly pause: PausePoint;
  /** What the other does. @defaultValue 'run' */
  readonly successor?: Scene;
  /** It wakes when the job is over and cleaned up, and what it leaves behind then is mended. @defaultValue false */
  readonly isLate?: boolean;
}

const JOB = 'job';
const NAMES = ['k0', 'k1', 'k2', 'k3', 'k4'];
const PARTITIONS = [0, 1];

/** Plays it to its end, users writing all the while; throws what is wrong at the end. */
export async function play({ form, scene, seed, deaths }: Play): Promise<void> {
  const { random, world, users, movers } = await begun(form, seed);
  try {
    await movers.prepare(scene, random);
    for (const death of deaths) {
      await movers.act(scene, death);
      await world.clock.advance(Math.floor(random.next() * 500));
    }
    await movers.end();
    await users.stop();
    await users.check();
  } finally {
    await movers.dispose();
    await world.router[Symbol.asyncDispose]();
  }
}

/** Plays a move whose first mover is stopped; gives what becomes of it when it wakes. */
export async function playPaused(own: PausedPlay): Promise<unknown> {
  const { form, seed, pause, successor = 'run', isLate = false } = own;
  const { world, users, movers } = await begun(form, seed);
  try {
    let isOver = false;
    const over = movers
      .paused(pause)
      .catch((error: unknown) => error)
      .finally(() => {
        isOver = true;
      });
    while (!isOver && !pause.isPaused) await world.clock.advance(20);
    if (pause.isPaused) await movers.replace(successor);
    await world.clock.advance(100);
    if (isLate) await movers.end();
    pause.wake();
    const outcome = await world.settled(over);
    if (isLate) await movers.repair();
    else await movers.end();
    await users.stop();
    await users.check();
    return outcome;
  } finally {
    await movers.dispose();
    await world.router[Symbol.asyncDispose]();
  }
}

async function begun(form: Play['form'], seed: number) {
  const random = new SeededRandom(seed);
  const world = await movingWorld({
    ...form,
    writeDeadlineMs: 60,
    interleave: () => (random.next() < 0.3 ? world.clock.sleep(Math.ceil(random.next() * 4)) : undefined),
  });
  const users = new Users(world, random);
  for (const partition of PARTITIONS) {
    for (const name of NAMES.slice(0, 4)) await world.settled(users.write(`${partition}:${name}`));
  }
  users.begin();
  return { random, world, users, movers: new Movers(world, seed % 2 === 0) };
}

/** What a mover calls, as it sees it. */
type Seen = <T extends object>(target: T) => T;

const alive: Seen = (target) => target;

class Movers {
  readonly #world: World;
  readonly #counts: boolean;
  readonly #opened: Rebalancer[] = [];

  /** @param counts - Whether the adapter can count rows, so that little is compared while writes stand still. */
  constructor(world: World, counts: boolean) {
    this.#world = world;
    this.#counts = counts;
  }

  async prepare(scene: Scene, random: SeededRandom): Promise<void> {
    if (scene === 'run') return;
    if (scene === 'reverse' || scene === 'finish') return void (await this.#command('run', this.#mover(alive)));
    await this.act('run', crashPoint(15 + Math.floor(random.next() * 30)));
  }

  /** A command whose mover dies, unless it is through before. */
  async act(scene: Scene, death: CrashPoint): Promise<void> {
    const mover = this.#mover((target) => crashAfter(target, death));
    try {
      await this.#command(scene, mover);
    } catch (error) {
      if (!death.isCrashed && !isXcError(error, 'XC_SHARD_JOB_UNKNOWN')) throw error;
    }
  }

  /** A run that is stopped somewhere. */
  async paused(pause: PausePoint): Promise<unknown> {
    return await this.#begun(
      'run',
      this.#mover((target) => pause.of(target)),
    );
  }

  /** Another mover takes the place of one that is stopped. */
  async replace(scene: Scene): Promise<void> {
    await this.#command(scene, this.#mover(alive));
  }

  async repair(): Promise<void> {
    const { apply } = await this.#mover(alive).repair();
    await this.#world.settled(apply());
    const { findings } = await this.#mover(alive).repair();
    if (findings.length > 0) throw new Error(`repair leaves ${findings.map(({ text }) => text).join('; ')}`);
  }

  /** Resumes until everything rests, then cleans up. */
  async end(): Promise<void> {
    const mover = this.#mover(alive);
    if ((await mover.jobs()).length === 0) return;
    await this.#world.settled(mover.resume(JOB));
    const { moves } = await this.#world.settled(mover.finish(JOB, { force: true }));
    for (const { moveId, phase, error, differences } of moves) {
      // What is brought over is right the first time: comparing is for what others have done.
      if (differences > 0) throw new Error(`the sides of move ${moveId} have differed`);
      if (['done', 'aborted', 'reversed'].includes(phase)) continue;
      throw new Error(`move ${moveId} is left in ${phase}`, { cause: error });
    }
  }

  async dispose(): Promise<void> {
    for (const mover of this.#opened) await this.#world.settled(Promise.resolve(mover[Symbol.asyncDispose]()));
  }

  async #command(scene: Scene, mover: Rebalancer): Promise<void> {
    await this.#world.settled(this.#begun(scene, mover));
  }

  async #begun(scene: Scene, mover: Rebalancer): Promise<unknown> {
    if (scene === 'finish') return await mover.finish(JOB, { force: true });
    if (scene !== 'run') return await mover[scene](JOB);
    // Of a job that was written down already a second try is to go on with it.
    if ((await this.#world.journal.jobs()).includes(JOB)) return await mover.resume(JOB);
    return await mover.run(await this.#world.plan([0, 'c'], [1, 'd']), { jobId: JOB });
  }

  #mover(seen: Seen): Rebalancer {
    const { store, journal, shards } = this.#world;
    const { adapter: whole } = shards;
    const count: DataAdapter['count'] = async ({ shard, partition }) => shards.inspect(shard, partition).rows.length;
    const adapter = this.#counts ? { ...whole, count } : whole;
    const options: Partial<RebalancerOptions> = {
      ...{ store: seen(store), journal: seen(journal) },
      adapter: seen(adapter),
      ...{ batchRows: 2, catchUpRows: 1, fenceMs: 150, leaseMs: 60, verify: { buckets: 4 } },
      retry: { attempts: 2, backoff: constantBackoff(10) },
    };
    const mover = this.#world.rebalancer(options);
    this.#opened.push(mover);
    return mover;
  }
}

/** Users who write and read as long as the movers work. */
class Users {
  readonly #world: World;
  readonly #random: SeededRandom;
  readonly #history = historyChecker();
  #isStopping = false;
  #loops: Promise<void>[] = [];
  #value = 0;

  constructor(world: World, random: SeededRandom) {
    this.#world = world;
    this.#random = random;
  }

  begin(): void {
    this.#loops = PARTITIONS.map((partition) => this.#loop(partition));
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#world.settled(Promise.all(this.#loops));
  }

  async write(key: string): Promise<void> {
    this.#value += 1;
    const value = this.#random.next() < 0.2 ? undefined : this.#value;
    const { router } = this.#world;
    await this.#history.write(key, value, () =>
      router.write(key, (client) => (value === undefined ? client.delete(key) : client.put(key, value))),
    );
  }

  /** Everything that was acknowledged is there, once, and nothing that nobody wrote; nothing is left of the movers. */
  async check(): Promise<void> {
    const { shards, router, settled } = this.#world;
    const { owners, moves, terms } = await router.refresh();
    const wrong: string[] = [];
    if (moves.length > 0) wrong.push(`moves are left: ${JSON.stringify(moves)}`);
    const rows: FoundRow[] = [];
    for (const shard of ['a', 'b', 'c', 'd']) {
      for (const partition of PARTITIONS) {
        const state = shards.inspect(shard, partition);
        rows.push(...state.rows.map(({ key, value }) => ({ shard, key, value })));
        if (state.captures.length > 0) wrong.push(`capture is left on at ${shard} for ${partition}`);
        if (owners[partition] !== shard) continue;
        if (state.minTerm > (terms[partition] as number)) wrong.push(`the fence of ${partition} is stuck`);
      }
    }
    this.#history.check({ rows, ownerOf: (key) => owners[partitioner.of(key)] as string });
    for (const partition of PARTITIONS) await settled(this.write(`${partition}:k0`));
    if (wrong.length > 0) throw new Error(wrong.join('; '));
  }

  async #loop(partition: number): Promise<void> {
    const { clock, router } = this.#world;
    while (!this.#isStopping) {
      await clock.sleep(1 + Math.floor(this.#random.next() * 40));
      const key = `${partition}:${NAMES[Math.floor(this.#random.next() * NAMES.length)]}`;
      const isRead = this.#random.next() < 0.2;
      const read = () => router.read(key, (client) => client.get(key));
      await (isRead ? this.#history.read(key, read) : this.write(key)).catch((error: unknown) => {
        if (!isXcError(error)) throw error;
      });
    }
  }
}
