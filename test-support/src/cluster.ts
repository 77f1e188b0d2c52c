import { type NodeView, parseClusterNodes } from './cluster-view.ts';
import { eventually } from './eventually.ts';
import { openKeeper } from './keeper.ts';
import { moveSlot } from './move-slot.ts';
import { ask } from './redis-ask.ts';
import { redisKind } from './redis-server.ts';
import { type Server, startServer } from './server.ts';

/** Options of {@link startCluster}. */
export interface StartClusterOptions {
  /** @defaultValue 3 */
  readonly masters?: number;
  /** Replicas of each master. @defaultValue 1 */
  readonly replicas?: number;
  /** How long a node may be silent before the others call it failed, in ms. @defaultValue 1_000 */
  readonly nodeTimeoutMs?: number;
  /** More command line for every node. @defaultValue none */
  readonly args?: readonly string[];
}

/** Where a node listens. */
export interface Address {
  readonly host: '127.0.0.1';
  readonly port: number;
}

/** A Redis Cluster of real servers. */
export interface RedisCluster extends AsyncDisposable {
  readonly nodes: readonly Server[];
  /** What a cluster client is given to start from. */
  readonly addresses: readonly Address[];
  /** Who holds slots now. */
  masters(): Promise<readonly Server[]>;
  /** Who follows this master now and is well. */
  replicasOf(master: Server): Promise<readonly Server[]>;
  /** Who holds this slot now. */
  masterOf(slot: number): Promise<Server>;
  /** Moves this slot and its keys to the next master, and resolves with it once every living node says so. */
  moveSlot(slot: number): Promise<Server>;
  /** Promotes a replica of this master, alive or not, and resolves with it once every living node says so. */
  failover(master: Server): Promise<Server>;
  /** Resolves when every node runs, all slots are served and every replica is in step. */
  settled(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const SLOTS = 16_384;
const BUS_DISTANCE = 10_000;

/** Starts a Redis Cluster whose nodes agree, all slots served and all replicas in step. */
export async function startCluster(options: StartClusterOptions = {}): Promise<RedisCluster> {
  const { masters = 3, replicas = 1, nodeTimeoutMs = 1_000, args = [] } = options;
  const keeper = await openKeeper('cluster');
  try {
    const kind = redisKind(keeper, 'cluster-node', [
      ...['--cluster-enabled', 'yes', '--cluster-config-file', 'nodes.conf'],
      ...['--cluster-node-timeout', String(nodeTimeoutMs), '--cluster-migration-barrier', '1000'],
      // A replica that waits five seconds for company would make every start that much slower.
      ...['--repl-diskless-sync-delay', '0', '--appendonly', 'yes'],
      ...args,
    ]);
    const count = masters * (1 + replicas);
    const start = (): Promise<Server> => startServer(keeper, { ...kind, distances: [BUS_DISTANCE] });
    const nodes = await Promise.all(Array.from({ length: count }, start));
    await join(nodes, masters);
    return cluster(nodes, replicas, () => keeper[Symbol.asyncDispose]());
  } catch (error) {
    await keeper[Symbol.asyncDispose]();
    throw error;
  }
}

/** The first nodes become the masters, and those that follow become their replicas in turn. */
async function join(nodes: readonly Server[], masters: number): Promise<void> {
  await Promise.all(
    nodes.slice(0, masters).map(async (node, index) => {
      await ask(node.port, 'CLUSTER', 'SET-CONFIG-EPOCH', index + 1);
      const first = Math.ceil((index * SLOTS) / masters);
      const end = Math.ceil(((index + 1) * SLOTS) / masters);
      const slots = Array.from({ length: end - first }, (_, offset) => first + offset);
      await ask(node.port, 'CLUSTER', 'ADDSLOTS', ...slots);
    }),
  );
  for (const node of nodes) {
    for (const other of nodes) {
      if (other !== node) await ask(node.port, 'CLUSTER', 'MEET', other.host, other.port);
    }
  }
  await eventually('all nodes have met', async () => {
    const views = await Promise.all(nodes.map((node) => view(node)));
    return views.every((seen) => seen.length === nodes.length && seen.every((node) => node.connected && !node.failing));
  });
  await Promise.all(
    nodes.slice(masters).map(async (node, index) => {
      const master = nodes[index % masters] as Server;
      const id = String(await ask(master.port, 'CLUSTER', 'MYID'));
      await eventually('a node follows its master', async () => {
        return (await ask(node.port, 'CLUSTER', 'REPLICATE', id)) === 'OK';
      });
    }),
  );
  await allInStep(nodes);
}

function cluster(nodes: readonly Server[], replicas: number, dispose: () => Promise<void>): RedisCluster {
  const byPort = new Map(nodes.map((node) => [node.port, node]));
  const server = (seen: NodeView): Server => byPort.get(seen.port) as Server;

  const masters = async (): Promise<readonly NodeView[]> =>
    (await newestView(nodes)).filter((node) => node.role === 'master' && node.slots.length > 0);

  const replicasOf = async (master: Server): Promise<readonly Server[]> => {
    const seen = await newestView(nodes);
    const id = seen.find((node) => node.port === master.port)?.id;
    return seen.filter((node) => node.masterId === id && node.role === 'replica' && !node.failing).map(server);
  };

  const masterOf = async (slot: number): Promise<Server> => {
    const holder = (await masters()).find((node) => holds(node, slot));
    if (holder === undefined) throw new Error(`nobody serves slot ${slot}`);
    return server(holder);
  };

  return {
    nodes,
    addresses: nodes.map(({ host, port }) => ({ host, port })),
    masters: async () => (await masters()).map(server),
    replicasOf,
    masterOf,
    async moveSlot(slot) {
      const source = await masterOf(slot);
      const all = (await masters()).map(server);
      const target = all[(all.indexOf(source) + 1) % all.length] as Server;
      await moveSlot(slot, source, target, () => agreed(nodes, target, (seen) => holds(seen, slot)));
      return target;
    },
    async failover(master) {
      const [replica] = await replicasOf(master);
      if (replica === undefined)
        throw new Error(`port ${master.port} has no replica to promote (${replicas} asked for)`);
      const answers = await ask(master.port, 'PING').catch(() => undefined);
      // Without its master a replica may not wait for a last handshake, so it takes over by itself.
      await ask(replica.port, 'CLUSTER', 'FAILOVER', ...(answers === 'PONG' ? [] : ['TAKEOVER']));
      await eventually('all nodes know the promoted replica', () =>
        agreed(nodes, replica, ({ role, slots }) => role === 'master' && slots.length > 0),
      );
      return replica;
    },
    settled: () => allInStep(nodes),
    [Symbol.asyncDispose]: dispose,
  };
}

async function view(node: Server): Promise<readonly NodeView[]> {
  return parseClusterNodes(String(await ask(node.port, 'CLUSTER', 'NODES')));
}

/** The view of the node that has heard of the latest change. */
async function newestView(nodes: readonly Server[]): Promise<readonly NodeView[]> {
  const asked = await Promise.allSettled(
    nodes.map(async (node) => {
      const info = String(await ask(node.port, 'CLUSTER', 'INFO'));
      return { epoch: Number(/cluster_current_epoch:(\d+)/.exec(info)?.[1]), seen: await view(node) };
    }),
  );
  const answers = asked.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
  const newest = answers.sort((a, b) => b.epoch - a.epoch)[0];
  if (newest === undefined) throw new Error('no node of the cluster answers');
  return newest.seen;
}

/** Whether this is so of a node in the eyes of all that answer. */
async function agreed(nodes: readonly Server[], one: Server, is: (seen: NodeView) => boolean): Promise<boolean> {
  const views = await Promise.allSettled(nodes.map((node) => view(node)));
  return views
    .flatMap((seen) => (seen.status === 'fulfilled' ? [seen.value] : []))
    .every((seen) => seen.some((node) => node.port === one.port && is(node)));
}

function holds(node: NodeView, slot: number): boolean {
  return node.slots.some(([first, last]) => first <= slot && slot <= last);
}

async function allInStep(nodes: readonly Server[]): Promise<void> {
  await eventually(
    'the cluster serves all slots with all replicas in step',
    async () => (await Promise.all(nodes.map(isInStep))).every(Boolean),
    { deadlineMs: 30_000, everyMs: 25 },
  );

  async function isInStep(node: Server): Promise<boolean> {
    const info = String(await ask(node.port, 'CLUSTER', 'INFO'));
    if (!info.includes('cluster_state:ok')) return false;
    const seen = await view(node);
    if (!seen.every((other) => other.connected && !other.failing)) return false;
    const self = seen.find((other) => other.myself);
    const held = seen.filter((other) => other.slots.length > 0).length;
    const followers = seen.filter((other) => other.role === 'replica' && other.masterId !== undefined).length;
    if (held + followers !== nodes.length) return false;
    if (self?.role === 'master') return true;
    return String(await ask(node.port, 'INFO', 'replication')).includes('master_link_status:up');
  }
}
