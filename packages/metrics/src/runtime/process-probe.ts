import type { Clock } from '@xc/core';
import type { Metrics } from '../metrics.ts';
import type { Probe } from './probe.ts';

/** When the process began, what runs it, and what keeps it open. */
export function processProbe(metrics: Metrics, clock: Clock): Probe {
  metrics
    .gauge({
      name: 'process_start_time_seconds',
      help: 'When the process began, in seconds since 1970.',
      unit: 'seconds',
    })
    .at()
    .set(Math.round(clock.now() / 1_000 - process.uptime()));
  const [major = '', minor = '', patch = ''] = process.versions.node.split('.');
  metrics
    .gauge({
      name: 'nodejs_version_info',
      help: 'The version of Node.js.',
      labels: ['version', 'major', 'minor', 'patch'],
    })
    .at(process.version, major, minor, patch)
    .set(1);
  const resources = metrics.gauge({
    name: 'nodejs_active_resources',
    help: 'What keeps the event loop alive, by its type.',
    labels: ['type'],
  });
  const seen = new Set<string>();
  return {
    read() {
      const counts = new Map([...seen].map((type) => [type, 0]));
      for (const type of process.getActiveResourcesInfo()) {
        seen.add(type);
        counts.set(type, (counts.get(type) ?? 0) + 1);
      }
      for (const [type, count] of counts) resources.at(type).set(count);
    },
  };
}
