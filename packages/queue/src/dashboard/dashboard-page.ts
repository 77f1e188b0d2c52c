import type { JobState } from '../job/job-state.ts';
import type { AnyJobs } from '../queue/job-types.ts';
import type { Queue } from '../queue/queue.ts';
import { bareAnswer, pageAnswer } from './answers.ts';
import { dashboardLink } from './dashboard-link.ts';
import { statusOf } from './dashboard-writes.ts';
import { formButton } from './form-button.ts';
import { type Content, type Html, html } from './html.ts';
import type { Redact } from './job-data.ts';
import { jobDetails } from './job-details.ts';
import { jobTable } from './job-table.ts';
import { pageFrame } from './page-frame.ts';
import { queueTable, states } from './queue-table.ts';
import { scheduleTable } from './schedule-table.ts';

/** What the page shows, to whom. */
export interface PageOptions {
  readonly base: string;
  readonly queues: ReadonlyMap<string, Queue<AnyJobs>>;
  readonly write: boolean;
  readonly redact: Redact | undefined;
}

/** Answers a request for the page: all queues, jobs of one, or one job, as its query says. */
export async function dashboardPage(
  options: PageOptions,
  query: URLSearchParams,
  signal: AbortSignal,
): Promise<Response> {
  const { base, queues } = options;
  const home = dashboardLink(base, {});
  const name = query.get('queue');
  if (name === null) {
    const table = await queueTable(base, [...queues.values()], signal);
    return pageAnswer(pageFrame(home, 'Queues', table));
  }
  const queue = queues.get(name);
  if (queue === undefined) return bareAnswer(404, 'no such queue');
  try {
    const content = await queueContent(options, queue, query, signal);
    if (content === undefined) return bareAnswer(404, 'no such job or state');
    return pageAnswer(pageFrame(home, `${name} - Queues`, [noticeOf(query), content]));
  } catch (error) {
    // A cursor that somebody made up, a server that is away.
    return pageAnswer(pageFrame(home, name, html`<p class="bad">${wordsOf(error)}</p>`), statusOf(error));
  }
}

async function queueContent(
  options: PageOptions,
  queue: Queue<AnyJobs>,
  query: URLSearchParams,
  signal: AbortSignal,
): Promise<Html | undefined> {
  const { base, write, redact } = options;
  const id = query.get('job');
  if (id !== null) {
    const job = id === '' ? undefined : await queue.inspect(id, { signal });
    return job && jobDetails(base, queue.name, job, { write, redact });
  }
  const state = (query.get('state') ?? 'waiting') as JobState;
  if (!states.includes(state)) return undefined;
  const cursor = query.get('cursor') ?? undefined;
  const [table, jobs, schedules] = await Promise.all([
    queueTable(base, [queue], signal),
    jobTable(queue, { base, state, cursor, write, signal }),
    queue.schedules({ signal }),
  ]);
  const forms = html`<p>${formButton(base, 'pause', 'Pause', { queue: queue.name })} ${formButton(base, 'resume', 'Resume', { queue: queue.name })}</p>`;
  return html`${table}${write && forms}<h2>Jobs</h2>${jobs}${scheduleTable(schedules)}`;
}

/** What the form before did. The number alone comes from the address. */
function noticeOf(query: URLSearchParams): Content {
  const done = query.get('done');
  const said = notices.find(([action]) => action === done)?.[1];
  const n = Number(query.get('n'));
  return said !== undefined && Number.isSafeInteger(n) && html`<p class="notice">${said.replace('#', String(n))}</p>`;
}

const notices: readonly (readonly [action: string, said: string])[] = [
  ['pause', 'Paused: no job starts until it is resumed.'],
  ['resume', 'Resumed.'],
  ['redrive', 'Back to waiting: #.'],
  ['drop', 'Dropped: #.'],
  ['cancel', 'Cancelled, or asked to stop: #.'],
];

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
