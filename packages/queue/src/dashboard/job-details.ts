import type { JobView } from '../job/job-view.ts';
import { dashboardLink } from './dashboard-link.ts';
import { type Content, type Html, html } from './html.ts';
import { type Redact, shownData, shownValue } from './job-data.ts';
import { jobForms } from './job-table.ts';
import { shownTime } from './shown-time.ts';

/** All that is known of a job, its data as `redact` lets them through. */
export function jobDetails(
  base: string,
  queue: string,
  job: JobView,
  options: { readonly write: boolean; readonly redact: Redact | undefined },
): Html {
  const facts: readonly (readonly [string, Content])[] = [
    ['State', html`<span class="${job.state === 'dead' ? 'bad' : ''}">${job.state}</span> ${job.reason}`],
    ['Type', job.type],
    ['Lane', job.lane],
    ['Key', job.key],
    ['Attempt, delivery', `${job.attempt}, ${job.delivery}`],
    ['Lost leases in a row', job.lostLeases],
    ['Added', shownTime(job.addedAt)],
    ['Due', shownTime(job.dueAt)],
    ['Slot', shownTime(job.scheduledFor)],
    ['Started', shownTime(job.startedAt)],
    ['Settled', shownTime(job.settledAt)],
    ['Flow', job.flow && `${job.flow.id}, node ${job.flow.name}`],
    ['Redriven', job.redrives.length > 0 && job.redrives.map(({ at, by }) => html`${shownTime(at)} ${by} `)],
  ];
  const known = facts.filter(([, value]) => value !== undefined && value !== false);
  return html`<nav><a href="${dashboardLink(base, { queue, state: job.state })}">${queue}: ${job.state}</a></nav>
<h2><code>${job.id}</code> ${options.write && jobForms(base, queue, job)}</h2>
<dl>${known.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
<h2>Data</h2><pre>${shownData(job, options.redact)}</pre>
${part('Progress', job.progress)}${part('Result', job.result)}
${job.error !== undefined && html`<h2>Last error</h2><pre>${job.error.stack ?? `${job.error.name}: ${job.error.message}`}${job.error.code !== undefined && `\ncode ${job.error.code}`}</pre>`}
${job.logs.length > 0 && html`<h2>Log</h2><pre>${job.logs.join('\n')}</pre>`}`;
}

function part(title: string, value: unknown): Html {
  return value === undefined ? html`` : html`<h2>${title}</h2><pre>${shownValue(value)}</pre>`;
}
