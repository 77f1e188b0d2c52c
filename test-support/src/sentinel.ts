import type { Address } from './cluster.ts';
import { eventually } from './eventually.ts';
import { type Keeper, openKeeper } from './keeper.ts';
import { ask } from './redis-ask.ts';
import { redisKind } from './redis-server.ts';
import { type Server, type ServerKind, startServer } from './server.ts';

/** Options of {@link startSentinel}. */
export interface StartSentinelOptions {
  /** @defaultValue 3 */
  readonly sentinels?: number;
  /** Replicas of the one master. @defaultValue 1 */
  readonly replicas?: number;
  /**
   * How long the master may be silent before a sentinel calls it down, in ms. Below some seconds, a busy machine makes
   * sentinels give up a master that is well.
   * @defaultValue 3_000
   */
  readonly downAfterMs?: number;
}

/** A master, its replicas, and the sentinels that watch them. */
export interface RedisSentinel extends AsyncDisposable {
  /** What the sentinels call the master. */
  readonly name: string;
  readonly sentinels: readonly Server[];
  /** Where the sentinels listen: what a client is given to start from. */
  readonly addresses: readonly Address[];
  /** Master and replicas, in whatever role they are now. */
  readonly nodes: readonly Server[];
  /** Whom the sentinels send clients to now. */
  master(): Promise<Server>;
  /** Promotes a replica, whether the master is alive or not, and resolves with it once all living sentinels name it. */
  failover(): Promise<Server>;
  /** Resolves when all servers run, all sentinels agree, and all replicas are in step. */
  settled(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const NAME = 'main';

/** Starts a master with replicas under sentinels that know each other and could fail over at once. */
export async function startSentinel(options: StartSentinelOptions = {}): Promise<RedisSentinel> {
  const { sentinels: sentinelCount = 3, replicas = 1, downAfterMs = 3_000 } = options;
  const keeper = await openKeeper('sentinel');
  try {
    const node = redisKind(keeper, 'redis', ['--appendonly', 'yes', '--repl-diskless-sync-delay', '0']);
    const nodes = await Promise.all(Array.from({ length: 1 + replicas }, () => startServer(keeper, node)));
    const [master, ...followers] = nodes as [Server, ...Server[]];
    for (const follower of followers) {
      await ask(follower.port, 'REPLICAOF', master.host, master.port);
      await ask(follower.port, 'CONFIG', 'REWRITE');
    }
    const kind = sentinelKind(keeper, master, Math.floor(sentinelCount / 2) + 1, downAfterMs);
    const sentinels = await Promise.all(Array.from({ length: sentinelCount }, () => startServer(keeper, kind)));
    await allAgree(sentinels, nodes);
    return watched(sentinels, nodes, () => keeper[Symbol.asyncDispose]());
  } catch (error) {
    await keeper[Symbol.asyncDispose]();
    throw error;
  }
}

function sentinelKind(keeper: Keeper, master: Server, quorum: number, downAfterMs: number): ServerKind {
  const config = [
    `sentinel monitor ${NAME} ${master.host} ${master.port} ${quorum}`,
    `sentinel down-after-milliseconds ${NAME} ${downAfterMs}`,
    `sentinel failover-timeout ${NAME} 5000`,
    '',
  ];
  const kind = redisKind(keeper, 'redis-sentinel', ['--sentinel'], config.join('\n'));
  return {
    ...kind,
    async ready(port) {
      if (!(await kind.ready(port))) return false;
      // Sentinels look around every 10 s, far too seldom for a test. Redis 6.2 cannot be told, and is just slower.
      await ask(port, 'SENTINEL', 'DEBUG', 'info-period', 200, 'publish-period', 200).catch(() => undefined);
      return true;
    },
  };
}

function watched(sentinels: readonly Server[], nodes: readonly Server[], dispose: () => Promise<void>): RedisSentinel {
  const byPort = new Map(nodes.map((node) => [node.port, node]));

  const master = async (): Promise<Server> => {
    const named = (await namedMasters(sentinels)).map((port) => byPort.get(port));
    const votes = (candidate: Server | undefined): number => named.filter((other) => other === candidate).length;
    const winner = named.sort((a, b) => votes(b) - votes(a))[0];
    if (winner === undefined) throw new Error('no sentinel answers');
    return winner;
  };

  return {
    name: NAME,
    sentinels,
    addresses: sentinels.map(({ host, port }) => ({ host, port })),
    nodes,
    master,
    async failover() {
      const before = await master();
      let asked = false;
      await eventually(
        'the sentinels name another master',
        async () => {
          // One of them may be down, or may not yet have a replica that it trusts; a running failover is not asked for twice.
          for (const sentinel of asked ? [] : sentinels) {
            asked ||= await ask(sentinel.port, 'SENTINEL', 'FAILOVER', NAME).then(
              () => true,
              (error: unknown) => /INPROG/.test(String(error)),
            );
          }
          const named = await namedMasters(sentinels);
          return named.length > 0 && named.every((port) => port !== before.port && port === named[0]);
        },
        { deadlineMs: 30_000, everyMs: 50 },
      );
      return master();
    },
    settled: () => allAgree(sentinels, nodes),
    [Symbol.asyncDispose]: dispose,
  };
}

/** The port that each living sentinel gives to clients. */
async function namedMasters(sentinels: readonly Server[]): Promise<readonly number[]> {
  const answers = await Promise.allSettled(
    sentinels.map((sentinel) => ask(sentinel.port, 'SENTINEL', 'GET-MASTER-ADDR-BY-NAME', NAME)),
  );
  return answers.flatMap((answer) => (answer.status === 'fulfilled' ? [Number((answer.value as string[])[1])] : []));
}

async function allAgree(sentinels: readonly Server[], nodes: readonly Server[]): Promise<void> {
  await eventually(
    'the sentinels know each other and all replicas, and the replicas are in step',
    async () => {
      const named = await namedMasters(sentinels);
      if (named.length < sentinels.length || new Set(named).size > 1) return false;
      return (await Promise.all(sentinels.map(knowsAll))).every(Boolean);
    },
    { deadlineMs: 30_000, everyMs: 50 },
  );

  async function knowsAll(sentinel: Server): Promise<boolean> {
    const master = asRecord(await ask(sentinel.port, 'SENTINEL', 'MASTER', NAME));
    const replicas = (await ask(sentinel.port, 'SENTINEL', 'REPLICAS', NAME)) as readonly unknown[];
    return (
      master.get('flags') === 'master' &&
      Number(master.get('num-other-sentinels')) === sentinels.length - 1 &&
      replicas.length === nodes.length - 1 &&
      replicas.map(asRecord).every(isInStep) &&
      (await ask(sentinel.port, 'SENTINEL', 'CKQUORUM', NAME)) !== undefined
    );
  }

  function isInStep(replica: ReadonlyMap<string, string>): boolean {
    return (
      replica.get('flags') === 'slave' &&
      replica.get('role-reported') === 'slave' &&
      replica.get('master-link-status') === 'ok'
    );
  }
}

/** Redis answers with names and values in turn; a RESP3 client makes a map of them. */
function asRecord(answer: unknown): ReadonlyMap<string, string> {
  if (answer instanceof Map) return answer as ReadonlyMap<string, string>;
  if (!Array.isArray(answer)) return new Map(Object.entries(answer as Record<string, string>));
  const pairs = Array.from({ length: answer.length / 2 }, (_, index) => [answer[2 * index], answer[2 * index + 1]]);
  return new Map(pairs as [string, string][]);
}
