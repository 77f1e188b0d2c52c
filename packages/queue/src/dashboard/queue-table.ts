import type { Counts } from '../queue/counts.ts';
import type { AnyJobs } from '../queue/job-types.ts';
import type { Queue } from '../queue/queue.ts';
import { dashboardLink } from './dashboard-link.ts';
import { type Html, html } from './html.ts';

/** The states in the order in which jobs go through them. */
export const states = ['waiting', 'active', 'delayed', 'blocked', 'done', 'dead', 'cancelled'] as const;

/** All queues and how many jobs of each state they have. A queue that does not answer says so and leaves the others alone. */
export async function queueTable(base: string, queues: readonly Queue<AnyJobs>[], signal: AbortSignal): Promise<Html> {
  const rows = await Promise.all(
    queues.map((queue) =>
      queue.counts({ signal }).then(
        (counts) => countsRow(base, queue.name, counts),
        (error) => awayRow(base, queue.name, error),
      ),
    ),
  );
  return html`<table>
<thead><tr><th>Queue</th>${states.map((state) => html`<th class="n">${state}</th>`)}<th class="n">retried</th><th class="n">lost leases</th></tr></thead>
<tbody>${rows}</tbody>
</table>`;
}

function countsRow(base: string, queue: string, counts: Counts): Html {
  const cell = (state: (typeof states)[number]) =>
    html`<td class="n">${stateLink(base, queue, state, counts[state])}</td>`;
  return html`<tr><td><a href="${dashboardLink(base, { queue })}">${queue}</a>${counts.paused && html` <span class="warm">paused</span>`}</td>
${states.map(cell)}<td class="n">${counts.totals.failed}</td><td class="n">${counts.totals.lost}</td></tr>`;
}

function stateLink(base: string, queue: string, state: string, n: number): Html {
  const look = n === 0 ? 'soft' : state === 'dead' ? 'bad' : '';
  return html`<a class="${look}" href="${dashboardLink(base, { queue, state })}">${n}</a>`;
}

function awayRow(base: string, queue: string, error: unknown): Html {
  return html`<tr><td><a href="${dashboardLink(base, { queue })}">${queue}</a></td>
<td class="bad" colspan="9">does not answer: ${error instanceof Error ? error.message : String(error)}</td></tr>`;
}
