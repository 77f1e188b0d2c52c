import { dashboard } from './dashboard.ts';
import type { GrafanaDashboard } from './grafana-dashboard.ts';
import { chosen, rateOf } from './queries.ts';
import type { ReadyDashboardOptions } from './ready-dashboard-options.ts';

/**
 * Utilisation and saturation of the process as `runtimeMetrics` shows it: event loop, garbage collection, memory, CPU.
 *
 * @throws TypeError when title or uid is none.
 */
export function runtimeDashboard({
  title = 'Node.js runtime',
  uid,
  match = '',
}: ReadyDashboardOptions = {}): GrafanaDashboard {
  const gauge = (metric: string, legend: string) => ({ expr: chosen(metric, match), legend: `{{instance}} ${legend}` });
  return dashboard({
    title,
    ...(uid === undefined ? {} : { uid }),
    description: 'Whether a process is busy, late or growing.',
    tags: ['nodejs'],
    rows: [
      {
        title: 'Event loop',
        panels: [
          {
            title: 'Lag',
            description: 'How late timers fire since the scrape before. Above 0.2 s everybody waits.',
            unit: 's',
            min: 0,
            queries: [
              gauge('nodejs_eventloop_lag_p50_seconds', 'p50'),
              gauge('nodejs_eventloop_lag_p99_seconds', 'p99'),
            ],
          },
          {
            title: 'Utilisation',
            description: 'Share of the time that the event loop runs code. Above 0.9 there is no room left.',
            unit: 'percentunit',
            min: 0,
            max: 1,
            queries: [gauge('nodejs_eventloop_utilization_ratio', '')],
          },
        ],
      },
      {
        title: 'Memory',
        panels: [
          {
            title: 'Memory',
            description: 'Resident memory and the heap in it. A used heap that never falls back is a leak.',
            unit: 'bytes',
            min: 0,
            queries: [
              gauge('process_resident_memory_bytes', 'resident'),
              gauge('nodejs_heap_size_total_bytes', 'heap'),
              gauge('nodejs_heap_size_used_bytes', 'heap used'),
              gauge('nodejs_external_memory_bytes', 'external'),
            ],
          },
          {
            title: 'Heap by space',
            description: 'Which part of the heap grows.',
            unit: 'bytes',
            min: 0,
            queries: [
              { expr: `sum by (space) (${chosen('nodejs_heap_space_size_used_bytes', match)})`, legend: '{{space}}' },
            ],
          },
          {
            title: 'Garbage collection',
            description: 'Share of the time that goes to it, by kind.',
            unit: 'percentunit',
            min: 0,
            queries: [
              {
                expr: rateOf(chosen('nodejs_gc_duration_seconds_sum', match), ['instance', 'kind']),
                legend: '{{instance}} {{kind}}',
              },
            ],
          },
          {
            title: 'Collections',
            description: 'How many in a second, by kind.',
            unit: 'ops',
            min: 0,
            queries: [
              {
                expr: rateOf(chosen('nodejs_gc_duration_seconds_count', match), ['instance', 'kind']),
                legend: '{{instance}} {{kind}}',
              },
            ],
          },
        ],
      },
      {
        title: 'Process',
        panels: [
          {
            title: 'CPU',
            description: 'Cores that the process keeps busy; Node.js alone uses little more than one.',
            unit: 'short',
            min: 0,
            queries: [
              { expr: rateOf(chosen('process_cpu_seconds_total', match), ['instance']), legend: '{{instance}}' },
            ],
          },
          {
            title: 'Active resources',
            description: 'Sockets, timers and requests that hold the process open, by type.',
            min: 0,
            queries: [{ expr: `sum by (type) (${chosen('nodejs_active_resources', match)})`, legend: '{{type}}' }],
          },
          {
            title: 'Open files',
            description: 'File descriptors; sockets count too.',
            min: 0,
            queries: [gauge('process_open_fds', 'open'), gauge('process_max_fds', 'limit')],
          },
          {
            title: 'Started',
            description: 'Seconds since the process started. A saw is a crash loop.',
            unit: 's',
            min: 0,
            queries: [{ expr: `time() - ${chosen('process_start_time_seconds', match)}`, legend: '{{instance}}' }],
          },
        ],
      },
    ],
  });
}
