import { dashboard } from './dashboard.ts';
import type { GrafanaDashboard } from './grafana-dashboard.ts';
import { chosen, percentilesOf, rateOf } from './queries.ts';
import type { ReadyDashboardOptions } from './ready-dashboard-options.ts';

const duration = 'http_server_request_duration_seconds';

/**
 * Rate, errors and duration of what `instrumentHttpServer` measures, by route.
 *
 * @throws TypeError when title or uid is none.
 */
export function httpDashboard({
  title = 'HTTP server',
  uid,
  match = '',
}: ReadyDashboardOptions = {}): GrafanaDashboard {
  const count = (...own: readonly string[]) => chosen(`${duration}_count`, match, ...own);
  return dashboard({
    title,
    ...(uid === undefined ? {} : { uid }),
    description: 'How many requests come, how many fail, and how long they take.',
    tags: ['http'],
    rows: [
      {
        title: 'At a glance',
        panels: [
          {
            title: 'Requests',
            description: 'Answers in a second.',
            type: 'stat',
            unit: 'reqps',
            width: 6,
            height: 4,
            queries: [{ expr: rateOf(count()), legend: 'requests' }],
          },
          {
            title: 'Server errors',
            description: 'Share of the answers that are 5xx. None at all is 0, not a gap.',
            type: 'stat',
            unit: 'percentunit',
            width: 6,
            height: 4,
            queries: [
              {
                expr: `(${rateOf(count('status=~"5..|5xx"'))} or 0 * ${rateOf(count())}) / ${rateOf(count())}`,
                legend: 'errors',
              },
            ],
          },
          {
            title: 'Slow answers',
            description: 'Time within which 95 of 100 answers are there.',
            type: 'stat',
            unit: 's',
            width: 6,
            height: 4,
            queries: [
              {
                expr: `histogram_quantile(0.95, ${rateOf(chosen(`${duration}_bucket`, match), ['le'])})`,
                legend: 'p95',
              },
            ],
          },
          {
            title: 'In flight',
            description: 'Requests that are being answered. A line that only rises is a leak or a queue.',
            type: 'stat',
            unit: 'short',
            width: 6,
            height: 4,
            queries: [{ expr: `sum (${chosen('http_server_requests_in_flight', match)})`, legend: 'in flight' }],
          },
        ],
      },
      {
        title: 'Rate and errors',
        panels: [
          {
            title: 'Requests by route',
            description: 'Answers in a second, by route template.',
            unit: 'reqps',
            min: 0,
            queries: [{ expr: rateOf(count(), ['method', 'route']), legend: '{{method}} {{route}}' }],
          },
          {
            title: 'Answers by status',
            description: 'Answers in a second, by status.',
            unit: 'reqps',
            min: 0,
            queries: [{ expr: rateOf(count(), ['status']), legend: '{{status}}' }],
          },
          {
            title: 'Clients that left',
            description: 'Requests whose client closed before the answer was complete, in a second.',
            unit: 'reqps',
            min: 0,
            queries: [
              {
                expr: rateOf(chosen('http_server_aborted_total', match), ['method', 'route']),
                legend: '{{method}} {{route}}',
              },
            ],
          },
          {
            title: 'In flight by method',
            description: 'Requests that are being answered.',
            min: 0,
            queries: [
              { expr: `sum by (method) (${chosen('http_server_requests_in_flight', match)})`, legend: '{{method}}' },
            ],
          },
        ],
      },
      {
        title: 'Duration and size',
        panels: [
          {
            title: 'Time to the whole answer',
            description: 'From the first line of the request to the last byte of the answer.',
            unit: 's',
            min: 0,
            queries: percentilesOf(duration, [], match),
          },
          {
            title: '95th percentile by route',
            description: 'The route that takes long is named here.',
            unit: 's',
            min: 0,
            queries: [
              {
                expr: `histogram_quantile(0.95, ${rateOf(chosen(`${duration}_bucket`, match), ['le', 'method', 'route'])})`,
                legend: '{{method}} {{route}}',
              },
            ],
          },
          {
            title: 'Time to the first byte',
            description: 'What a client waits before anything comes.',
            unit: 's',
            min: 0,
            queries: percentilesOf('http_server_first_byte_duration_seconds', [], match),
          },
          {
            title: 'Size of the answers',
            description: 'Bytes of the bodies.',
            unit: 'bytes',
            min: 0,
            queries: percentilesOf('http_server_response_size_bytes', [], match),
          },
        ],
      },
    ],
  });
}
