import type { JobView } from '../job/job-view.ts';

const SHOWN = 20_000;

/** Changes what of a job's data people see. */
export type Redact = (data: unknown, job: JobView) => unknown;

/** A value as people read it, cut where it is long. Never throws: what a codec gave may be anything. */
export function shownValue(value: unknown): string {
  let text: string;
  try {
    text = JSON.stringify(value, null, 2) ?? String(value);
  } catch {
    text = 'not shown: JSON cannot say it';
  }
  return text.length <= SHOWN ? text : `${text.slice(0, SHOWN)}\n... ${text.length - SHOWN} more characters`;
}

/** The data as `redact` lets it through. Where that fails nothing is shown: it may have failed at a secret. */
export function shownData(job: JobView, redact: Redact | undefined): string {
  if (redact === undefined) return shownValue(job.data);
  try {
    return shownValue(redact(job.data, job));
  } catch {
    return 'not shown: redact failed';
  }
}
