import type { Counter, CounterCell, GaugeCell, Meter } from '@xc/core';

/** What is measured of the nodes of one database. */
export class ReplicaMetrics {
  readonly failovers: CounterCell;
  readonly #lags: ReadonlyMap<string, GaugeCell>;
  readonly #routed: Counter;
  readonly #cells = new Map<string, CounterCell>();

  constructor(meter: Meter, nodes: readonly string[]) {
    const lag = meter.gauge({
      name: 'xc_pool_replica_lag_seconds',
      help: 'By how much the data of a node is older than that of the primary.',
      labels: ['node'],
    });
    this.#lags = new Map(nodes.map((node) => [node, lag.at(node)]));
    this.#routed = meter.counter({
      name: 'xc_pool_routed_total',
      help: 'Reads and writes by the node that they went to.',
      labels: ['node', 'role', 'why'],
    });
    this.failovers = meter.counter({ name: 'xc_pool_failovers_total', help: 'Changes of the primary.' }).at();
  }

  lag(node: string, lagMs: number): void {
    if (Number.isFinite(lagMs)) this.#lags.get(node)?.set(lagMs / 1_000);
  }

  routed(node: string, role: string, why: string): void {
    // Roles and reasons have no space in them, so that no two combinations share a key.
    const key = `${role} ${why} ${node}`;
    let cell = this.#cells.get(key);
    if (cell === undefined) {
      cell = this.#routed.at(node, role, why);
      this.#cells.set(key, cell);
    }
    cell.inc();
  }
}
