import { noopLogger, noopMeter, systemClock, systemRandom } from '@xc/core';
import {
  above,
  callable,
  duration,
  oneOf,
  poolName,
  positiveInteger,
  refuseUnknown,
  shown,
} from '../engine/option-rules.ts';
import type { ReplicaPoolOptions } from './replica-pool-options.ts';

/** The options of a replica pool, checked and with every default filled in. */
export type ReplicaSettings<T> = Required<ReplicaPoolOptions<T>>;

const defaults = {
  probeEveryMs: 1_000,
  probeTimeoutMs: 1_000,
  ejectAfter: 3,
  readmitAfter: 2,
  maxStalenessMs: 5_000,
  waitForReplicaMs: 0,
  whenAllStale: 'primary',
  failoverTimeoutMs: 30_000,
  clock: systemClock,
  random: systemRandom,
  meter: noopMeter,
  logger: noopLogger,
} as const;

/** @throws TypeError or RangeError that names the first option that is wrong. */
export function replicaSettings<T>(options: ReplicaPoolOptions<T>): ReplicaSettings<T> {
  refuseUnknown(options, ['nodes', 'view', ...Object.keys(defaults)]);
  checkNodes(options.nodes);
  checkView(options.view);
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const settings = { ...defaults, ...Object.fromEntries(given) } as ReplicaSettings<T>;
  above('probeEveryMs', settings.probeEveryMs, 0);
  above('probeTimeoutMs', settings.probeTimeoutMs, 0);
  positiveInteger('ejectAfter', settings.ejectAfter);
  positiveInteger('readmitAfter', settings.readmitAfter);
  duration('maxStalenessMs', settings.maxStalenessMs, 'allowed');
  duration('waitForReplicaMs', settings.waitForReplicaMs);
  oneOf('whenAllStale', settings.whenAllStale, ['primary', 'fail']);
  duration('failoverTimeoutMs', settings.failoverTimeoutMs);
  return settings;
}

function checkNodes(nodes: unknown): void {
  if (!Array.isArray(nodes) || nodes.length === 0)
    throw new TypeError(`nodes must be at least one node, got ${shown(nodes)}`);
  const names = new Set<string>();
  for (const { name, pool, weight = 1 } of nodes) {
    poolName(name);
    if (names.has(name)) throw new TypeError(`nodes must have different names, got ${shown(name)} twice`);
    names.add(name);
    callable('node.pool.acquire', pool?.acquire);
    above('weight', weight, 0);
  }
}

function checkView(view: unknown): void {
  for (const method of ['position', 'compare', 'role']) {
    callable(`view.${method}`, (view as Readonly<Record<string, unknown>> | undefined)?.[method]);
  }
}
