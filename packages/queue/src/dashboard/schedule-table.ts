import type { ScheduleView } from '../schedules/schedule-options.ts';
import { type Html, html } from './html.ts';
import { shownTime } from './shown-time.ts';

/** The schedules of a queue and when they make their next job; nothing where there are none. */
export function scheduleTable(schedules: readonly ScheduleView[]): Html {
  if (schedules.length === 0) return html``;
  return html`<h2>Schedules</h2><table>
<thead><tr><th>Name</th><th>When</th><th>Type</th><th>Last</th><th>Next</th><th class="n">Made</th></tr></thead>
<tbody>${schedules.map(
    (
      schedule,
    ) => html`<tr><td>${schedule.name}</td><td><code>${shownWhen(schedule.when)}</code></td><td>${schedule.type}</td>
<td>${shownTime(schedule.last)}</td><td>${shownTime(schedule.next)}</td><td class="n">${schedule.made}</td></tr>`,
  )}</tbody>
</table>`;
}

function shownWhen(when: ScheduleView['when']): string {
  return 'cron' in when ? `${when.cron} ${when.tz ?? 'UTC'}` : `every ${when.everyMs} ms`;
}
