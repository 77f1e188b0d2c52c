import type { PoolFactory } from '../pool-factory.ts';
import type { ReplicationView } from '../replica/replication-view.ts';

/** A connection to one node of a `ManualReplication`. */
export interface ManualConnection {
  readonly node: string;
  /** False once its node was stopped or it was closed. */
  readonly open: boolean;
}

/** A replicated database that does only what it is told: positions are whole numbers, lags are set by hand. */
export interface ManualReplication {
  /** Positions are decimal numbers as text. */
  readonly view: ReplicationView<ManualConnection>;
  /** How many questions were asked through `view`, and how many wait for an answer now. */
  readonly asked: { readonly total: number; readonly pending: number };
  /** Opens connections to a node; refuses while it is stopped. */
  factory(node: string): PoolFactory<ManualConnection>;
  /** Writes on a node: one step further, and so are all replicas that are not paused. Returns its position. */
  commit(node?: string): string;
  /** Where a node is. */
  position(node: string): string;
  /** Makes a node the primary of a new term, or of the one given. The old one becomes a replica, unless it does not hear of it. */
  promote(node: string, options?: { readonly term?: number; readonly oldOne?: 'follows' | 'hears nothing' }): void;
  /** No replica and no primary: what a primary is that was made read-only. */
  demote(node: string): void;
  /** Stops replaying; what is written meanwhile waits until `replay`. */
  pause(node: string): void;
  /** Replays everything and goes on. */
  replay(node: string): void;
  /** What a replica says about its lag from now on. */
  lag(node: string, lagMs: number): void;
  /** Loses all connections and refuses new ones. */
  stop(node: string): void;
  /** Takes `stop` and `hang` back. */
  start(node: string): void;
  /** Questions to it are not answered any more, until `start`. */
  hang(node: string): void;
}

interface Node {
  readonly name: string;
  position: number;
  term: number;
  writable: boolean;
  paused: boolean;
  lagMs: number;
  state: 'up' | 'stopped' | 'hanging';
  readonly connections: Map<Connection, (error?: unknown) => void>;
}

class Connection implements ManualConnection {
  readonly node: string;
  open = true;

  constructor(node: string) {
    this.node = node;
  }
}

/**
 * Creates a replicated database out of nothing, for tests of what is built upon `createReplicaPool`. The first node is the
 * primary of term 1.
 *
 * @param names - Default: `a` and `b`.
 * @throws TypeError for a node that there is not.
 *
 * @example
 * ```ts
 * const database = manualReplication(['a', 'b']);
 * const nodes = ['a', 'b'].map((name) => ({ name, pool: createPool(database.factory(name)) }));
 * const replicas = createReplicaPool({ nodes, view: database.view });
 * database.promote('b');
 * ```
 */
export function manualReplication(names: readonly string[] = ['a', 'b']): ManualReplication {
  const nodes = new Map(names.map((name, index) => [name, newNode(name, index === 0)]));
  const asked = { total: 0, pending: 0 };

  const find = (name: string): Node => {
    const node = nodes.get(name);
    if (node === undefined) throw new TypeError(`there is no node ${name}, only ${names.join(', ')}`);
    return node;
  };
  const primary = (): Node => {
    const writable = [...nodes.values()].filter((node) => node.writable);
    const [first] = writable.sort((one, other) => other.term - one.term);
    if (first === undefined) throw new TypeError('there is no primary');
    return first;
  };
  const answer = async <A>(connection: ManualConnection, give: (node: Node) => A): Promise<A> => {
    const node = find(connection.node);
    asked.total += 1;
    if (node.state === 'hanging') {
      asked.pending += 1;
      return new Promise<never>(() => {});
    }
    if (!connection.open) throw new Error(`the connection to ${node.name} is closed`);
    return give(node);
  };
  const follow = (from: Node) => {
    for (const node of nodes.values()) {
      if (!node.writable && !node.paused) Object.assign(node, { position: from.position, term: from.term });
    }
  };

  return {
    asked,
    view: {
      role: (connection) => answer(connection, ({ writable, term }) => ({ writable, term })),
      position: (connection) => answer(connection, ({ position, lagMs }) => ({ position: String(position), lagMs })),
      compare: (a, b) => place(a) - place(b),
    },
    factory: (name) => connections(find(name)),
    commit(name) {
      const node = name === undefined ? primary() : find(name);
      node.position += 1;
      if (node === primary()) follow(node);
      return String(node.position);
    },
    position: (name) => String(find(name).position),
    promote(name, { term, oldOne = 'follows' } = {}) {
      const node = find(name);
      const highest = Math.max(...Array.from(nodes.values(), (one) => one.term));
      for (const other of nodes.values()) if (oldOne === 'follows') other.writable = false;
      Object.assign(node, { writable: true, paused: false, term: term ?? highest + 1 });
      follow(node);
    },
    demote: (name) => void Object.assign(find(name), { writable: false, paused: true }),
    pause: (name) => void Object.assign(find(name), { paused: true }),
    replay(name) {
      find(name).paused = false;
      follow(primary());
    },
    lag: (name, lagMs) => void Object.assign(find(name), { lagMs }),
    stop(name) {
      const node = find(name);
      node.state = 'stopped';
      for (const [connection, lost] of node.connections) {
        connection.open = false;
        lost(new Error(`${name} was stopped`));
      }
      node.connections.clear();
    },
    start: (name) => void Object.assign(find(name), { state: 'up' }),
    hang: (name) => void Object.assign(find(name), { state: 'hanging' }),
  };
}

function newNode(name: string, writable: boolean): Node {
  return { name, position: 0, term: 1, writable, paused: false, lagMs: 0, state: 'up', connections: new Map() };
}

function connections(node: Node): PoolFactory<ManualConnection> {
  return {
    create() {
      if (node.state === 'stopped') throw new Error(`${node.name} refuses connections`);
      const connection = new Connection(node.name);
      node.connections.set(connection, () => {});
      return connection;
    },
    destroy(connection) {
      Object.assign(connection, { open: false });
      node.connections.delete(connection as Connection);
    },
    watch(connection, lost) {
      const opened = connection as Connection;
      node.connections.set(opened, lost);
      return () => {
        if (node.connections.has(opened)) node.connections.set(opened, () => {});
      };
    },
    broken: (connection) => !connection.open,
  };
}

/** @throws TypeError for what is not a position. */
function place(position: string): number {
  if (!/^\d+$/.test(position)) throw new TypeError(`a position is a whole number, got ${position}`);
  return Number(position);
}
