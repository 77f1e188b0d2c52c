import { rename, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Outcome } from './outcome.ts';
import { reportPage } from './page.ts';

export const reportFile = fileURLToPath(new URL('../../report.html', import.meta.url));

/** Writes the report in one step, so that two demos at once leave one of the two and never a mixture. */
export async function writeReport(outcome: Outcome, file = reportFile): Promise<void> {
  const unfinished = `${file}.${process.pid}`;
  await writeFile(unfinished, reportPage(outcome));
  await rename(unfinished, file);
}
