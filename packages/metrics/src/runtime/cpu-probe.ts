import type { CounterCell } from '@xc/core';
import type { Metrics } from '../metrics.ts';
import type { Probe } from './probe.ts';

const US_PER_SECOND = 1e6;

/** CPU time since the process began. */
export function cpuProbe(metrics: Metrics): Probe {
  const counter = (part: string, help: string) =>
    metrics.counter({ name: `process_cpu_${part}seconds_total`, help: `${help} CPU time spent.` }).at();
  const cells = {
    user: counter('user_', 'User'),
    system: counter('system_', 'System'),
    all: counter('', 'User and system'),
  };
  const last = { user: 0, system: 0 };
  const grow = (cell: CounterCell, us: number) => cell.inc(Math.max(us, 0) / US_PER_SECOND);
  return {
    read() {
      const { user, system } = process.cpuUsage();
      grow(cells.user, user - last.user);
      grow(cells.system, system - last.system);
      grow(cells.all, user - last.user + system - last.system);
      last.user = user;
      last.system = system;
    },
  };
}
