import { callable, flag, refuseUnknown, withMethods } from '../option-checks.ts';
import type { AnyJobs } from '../queue/job-types.ts';
import type { Queue } from '../queue/queue.ts';
import { bareAnswer, seeOther } from './answers.ts';
import { basePathOf, dashboardLink } from './dashboard-link.ts';
import { dashboardPage, type PageOptions } from './dashboard-page.ts';
import { dashboardWrites, statusOf } from './dashboard-writes.ts';
import { formOf } from './form-of.ts';
import type { Redact } from './job-data.ts';
import { isSameOrigin } from './same-origin.ts';

/** Who may see the dashboard, and what it shows. */
export interface DashboardOptions {
  /** Asked for every request. Anything but `true` is answered with 401, a throw with 403, and nothing else is told. */
  readonly authorize: (request: Request) => boolean | Promise<boolean>;
  /** Where the application has it. @defaultValue '/' */
  readonly basePath?: string | undefined;
  /** Whether there are pause, resume, redrive, drop and cancel: by POST from a page of the same origin. @defaultValue false */
  readonly write?: boolean | undefined;
  /** What people see in place of a job's data; where it throws they see nothing of them. */
  readonly redact?: Redact | undefined;
}

/**
 * Makes a handler that shows queues on one page: counts, jobs by state, a job with its error and log, schedules. The page needs
 * nothing but itself; its policy allows no foreign style, script or frame, and everything of a job is escaped.
 *
 * @throws TypeError without `authorize`, and for options that cannot be.
 *
 * @example
 * ```ts
 * const dashboard = createDashboard([queue], { authorize: (request) => isAdmin(request), basePath: '/admin/queues' });
 * const response = await dashboard(new Request('https://app.example/admin/queues/'));
 * ```
 */
export function createDashboard(
  queues: readonly Queue<AnyJobs>[],
  options: DashboardOptions,
): (request: Request) => Promise<Response> {
  const page = pageOptions(queues, options);
  const { authorize } = options;

  return async (request) => {
    try {
      if ((await authorize(request)) !== true) return bareAnswer(401);
    } catch {
      return bareAnswer(403);
    }
    const url = new URL(request.url);
    const path = pathBelow(page.base, url.pathname);
    if (request.method === 'POST') return write(page, path, request);
    if (request.method !== 'GET' && request.method !== 'HEAD') return bareAnswer(405, '', { allow: 'GET, HEAD, POST' });
    if (path !== '') return bareAnswer(404, 'no such page');
    const answer = await dashboardPage(page, url.searchParams, request.signal);
    return request.method === 'HEAD' ? new Response(null, { status: answer.status, headers: answer.headers }) : answer;
  };
}

async function write(page: PageOptions, path: string | undefined, request: Request): Promise<Response> {
  if (!page.write || !isSameOrigin(request)) return bareAnswer(403);
  const action = path !== undefined && Object.hasOwn(dashboardWrites, path) ? dashboardWrites[path] : undefined;
  if (action === undefined || path === undefined) return bareAnswer(404, 'no such page');
  const form = await formOf(request);
  if (form === undefined) return bareAnswer(400, 'the form cannot be read');
  const queue = page.queues.get(form.get('queue') ?? '');
  if (queue === undefined) return bareAnswer(404, 'no such queue');
  try {
    const n = await action(queue, form, request.signal);
    const state = path === 'redrive' || path === 'drop' ? 'dead' : undefined;
    return seeOther(dashboardLink(page.base, { queue: queue.name, state, done: path, n: String(n) }));
  } catch (error) {
    return bareAnswer(statusOf(error), error instanceof Error ? error.message : 'failed');
  }
}

/** What is behind the base, without slashes at its ends; `undefined` outside of it. */
function pathBelow(base: string, path: string): string | undefined {
  if (path !== base && !path.startsWith(`${base}/`)) return undefined;
  return path.slice(base.length).replace(/^\//, '');
}

function pageOptions(queues: readonly Queue<AnyJobs>[], options: DashboardOptions): PageOptions {
  if (!Array.isArray(queues)) throw new TypeError(`queues must be an array, got ${typeof queues}`);
  for (const [index, queue] of queues.entries()) withMethods(`queues[${index}]`, queue, 'counts', 'list', 'inspect');
  refuseUnknown(options, ['authorize', 'basePath', 'write', 'redact']);
  callable('authorize', options.authorize);
  if (options.write !== undefined) flag('write', options.write);
  if (options.redact !== undefined) callable('redact', options.redact);
  const byName = new Map(queues.map((queue) => [queue.name, queue]));
  if (byName.size !== queues.length) throw new RangeError('queues must have different names');
  return {
    base: basePathOf(options.basePath ?? '/'),
    queues: byName,
    write: options.write ?? false,
    redact: options.redact,
  };
}
