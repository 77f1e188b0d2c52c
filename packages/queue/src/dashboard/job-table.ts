import type { JobState } from '../job/job-state.ts';
import type { JobView } from '../job/job-view.ts';
import type { AnyJobs } from '../queue/job-types.ts';
import type { Queue } from '../queue/queue.ts';
import { dashboardLink } from './dashboard-link.ts';
import { formButton } from './form-button.ts';
import { type Html, html } from './html.ts';
import { states } from './queue-table.ts';
import { shownTime } from './shown-time.ts';

/** Which jobs of a queue to show, and whether their forms are there. */
export interface JobTableOptions {
  readonly base: string;
  readonly state: JobState;
  readonly cursor: string | undefined;
  readonly write: boolean;
  readonly signal: AbortSignal;
}

const PAGE = 50;

/** Jobs of one state, a page of them, under the list of states. */
export async function jobTable(queue: Queue<AnyJobs>, options: JobTableOptions): Promise<Html> {
  const { base, state, cursor, write, signal } = options;
  const page = await queue.list({ state, limit: PAGE, cursor, signal });
  const next = page.cursor;
  return html`<nav>${states.map(
    (each) =>
      html`<a href="${dashboardLink(base, { queue: queue.name, state: each })}"${each === state && html` aria-current="page"`}>${each}</a>`,
  )}</nav>
${write && state === 'dead' && page.jobs.length > 0 && reasonForms(base, queue.name, page.jobs)}
${page.jobs.length === 0 ? html`<p class="soft">No ${state} jobs here.</p>` : table(base, queue.name, page.jobs, write)}
${next !== undefined && html`<nav><a href="${dashboardLink(base, { queue: queue.name, state, cursor: next })}">Next page</a></nav>`}`;
}

function table(base: string, queue: string, jobs: readonly JobView[], write: boolean): Html {
  return html`<table>
<thead><tr><th>Job</th><th>Type</th><th>Lane</th><th>Key</th><th class="n">Attempt</th><th class="n">Delivery</th><th>Added</th><th>Why</th>${write && html`<th></th>`}</tr></thead>
<tbody>${jobs.map(
    (
      job,
    ) => html`<tr><td><a href="${dashboardLink(base, { queue, job: job.id })}"><code>${job.id}</code></a></td><td>${job.type}</td><td>${job.lane}</td><td>${job.key}</td>
<td class="n">${job.attempt}</td><td class="n">${job.delivery}</td><td>${shownTime(job.addedAt)}</td>
<td>${job.reason !== undefined && html`<span class="bad">${job.reason}</span> `}${job.error?.message}</td>${write && html`<td>${jobForms(base, queue, job)}</td>`}</tr>`,
  )}</tbody>
</table>`;
}

/** What can be done with a job as it stands. */
export function jobForms(base: string, queue: string, { id, state }: JobView): Html {
  if (state === 'dead') {
    return html`${formButton(base, 'redrive', 'Redrive', { queue, id })} ${formButton(base, 'drop', 'Drop', { queue, id })}`;
  }
  return state === 'done' || state === 'cancelled' ? html`` : formButton(base, 'cancel', 'Cancel', { queue, id });
}

function reasonForms(base: string, queue: string, jobs: readonly JobView[]): Html {
  const reasons = [...new Set(jobs.map(({ reason }) => reason))].filter((reason) => reason !== undefined);
  return html`<p>${reasons.map(
    (reason) =>
      html`${formButton(base, 'redrive', `Redrive all ${reason}`, { queue, reason })} ${formButton(base, 'drop', `Drop all ${reason}`, { queue, reason })} `,
  )}</p>`;
}
