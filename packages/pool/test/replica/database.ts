import { ManualClock, MemoryLogger, RecordingMeter, SeededRandom } from '@xc/core/testing';
import { createPool } from '../../src/create-pool.ts';
import type { Pool } from '../../src/pool.ts';
import { createReplicaPool } from '../../src/replica/create-replica-pool.ts';
import type { NodeState } from '../../src/replica/node-state.ts';
import type { ReplicaPool } from '../../src/replica/replica-pool.ts';
import type { ReplicaPoolOptions } from '../../src/replica/replica-pool-options.ts';
import type { RouteFacts } from '../../src/replica/route-facts.ts';
import {
  type ManualConnection,
  type ManualReplication,
  manualReplication,
} from '../../src/testing/manual-replication.ts';

type Options = Partial<Omit<ReplicaPoolOptions<ManualConnection>, 'nodes'>>;

/** A replica pool over nodes `a` (the primary), `b`, `c` ... that do what they are told, on a clock that does as well. */
export interface Database extends Disposable {
  readonly clock: ManualClock;
  readonly meter: RecordingMeter;
  readonly logger: MemoryLogger;
  readonly servers: ManualReplication;
  readonly pools: Readonly<Record<string, Pool<ManualConnection>>>;
  readonly replicas: ReplicaPool<ManualConnection>;
  state(node: string): NodeState;
}

export function database(
  names: string,
  options: Options & { readonly weights?: Readonly<Record<string, number>>; readonly max?: number } = {},
): Database {
  const { weights = {}, max = 10, ...given } = options;
  const clock = new ManualClock();
  const [meter, logger] = [new RecordingMeter(), new MemoryLogger()];
  const servers = manualReplication([...names]);
  const pools = Object.fromEntries(
    [...names].map((name) => [
      name,
      createPool(servers.factory(name), { name, max, clock, random: new SeededRandom(1) }),
    ]),
  );
  const nodes = [...names].map((name) => ({
    name,
    pool: pools[name] as Pool<ManualConnection>,
    ...(weights[name] === undefined ? {} : { weight: weights[name] }),
  }));
  const random = new SeededRandom(7);
  const replicas = createReplicaPool({ nodes, view: servers.view, clock, random, meter, logger, ...given });
  return {
    clock,
    meter,
    logger,
    servers,
    pools,
    replicas,
    state: (node) => replicas.nodes().find(({ name }) => name === node) as NodeState,
    [Symbol.dispose]: () => void replicas[Symbol.asyncDispose](),
  };
}

/** What a route looked like: `b replica fresh`. */
export function routeOf(_connection: ManualConnection, { node, role, why }: RouteFacts): string {
  return `${node} ${role} ${why}`;
}
