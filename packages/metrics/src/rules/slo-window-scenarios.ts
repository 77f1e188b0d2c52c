import { alerts, type Scenario } from './scenario.ts';
import type { Slo } from './slo.ts';

type Facts = Pick<Slo, 'spec' | 'thresholds'>;

/** So long that ten minutes of trouble are little in every long window. */
const HEALTHY = 720;
const MOMENT = 10;
const TROUBLE = 60;
/** Past the short window of both pages; that of the tickets still shows the trouble. */
const AFTER_PAGE = 35;
/** Past the short window of both tickets. */
const AFTER_TICKET = 365;

/** The stories that need both windows of every pair: one alone would fire for a moment, or for days. */
export function windowScenarios(slo: Facts, busy: number): Scenario[] {
  return [...momentOfTrouble(slo, busy), ...troubleThatIsOver(slo, busy)];
}

/** Every short window burns fast enough, no long one does. */
function momentOfTrouble({ thresholds: [, , ticket] }: Facts, busy: number): Scenario[] {
  if (ticket === undefined) return [];
  // Of the first ticket's speed: in two hours 20 * 10 / 120 of it, in the hour of the fastest page, which is 4.8, 20 * 10 / 60.
  const failing = 20 * ticket.ratio;
  if (failing > 1) return [];
  return [
    {
      name: "a moment's trouble raises nothing",
      traffic: [
        { minutes: HEALTHY, requestsPerMinute: busy, failing: 0 },
        { minutes: MOMENT, requestsPerMinute: busy, failing },
      ],
      expect: alerts(HEALTHY + MOMENT, { page: false, ticket: false }),
    },
  ];
}

/** Every long window but the fastest still burns when the short ones have seen the end of it. */
function troubleThatIsOver({ spec, thresholds: [, , ticket] }: Facts, busy: number): Scenario[] {
  if (ticket === undefined) return [];
  const failing = (1.2 * ticket.ratio * (TROUBLE + AFTER_TICKET)) / TROUBLE;
  if (failing > 1) return [];
  return [
    {
      name: 'trouble that is over is soon forgotten',
      traffic: [
        { minutes: TROUBLE, requestsPerMinute: busy, failing },
        { minutes: AFTER_TICKET, requestsPerMinute: busy, failing: 0 },
      ],
      expect: [
        ...alerts(TROUBLE, { page: spec.page !== false, ticket: spec.ticket !== false }),
        ...alerts(TROUBLE + AFTER_PAGE, { page: false, ticket: spec.ticket !== false }),
        ...alerts(TROUBLE + AFTER_TICKET, { page: false, ticket: false }),
      ],
    },
  ];
}
