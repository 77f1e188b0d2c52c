import { alerts, type Scenario } from './scenario.ts';
import type { Slo } from './slo.ts';
import { recordedFacts } from './slo-recorded-facts.ts';
import { windowScenarios } from './slo-window-scenarios.ts';

type Facts = Pick<Slo, 'spec' | 'alertName' | 'thresholds'>;

/** The window of the slower page: after healthy traffic of this length only the faster pair can fire at once. */
const SIX_HOURS = 360;
const DAY = 1440;
/** Long enough for every short window that tells a burn from none; longer windows take what there is. */
const WHILE = 60;

/** The stories that tell the rules of an objective from weaker ones. */
export function scenarios(slo: Facts, budget: number, busy: number): Scenario[] {
  // Of a short period the slowest ticket is a burn that the budget would bear.
  const bearable = Math.min(budget, ...slo.thresholds.map(({ ratio }) => ratio));
  return [
    {
      name: 'failures within the budget raise nothing',
      traffic: [{ minutes: WHILE, requestsPerMinute: busy, failing: 0.9 * bearable }],
      expect: [10, WHILE].flatMap((atMinute) => alerts(atMinute, { page: false, ticket: false })),
    },
    ...fastBurn(slo, busy),
    ...steadyBurns(slo, busy, budget),
    ...burnAfterRush(slo, busy),
    ...windowScenarios(slo, busy),
    {
      name: 'a service that never failed has a ratio of 0',
      traffic: [{ minutes: WHILE, requestsPerMinute: busy, failing: 0 }],
      expect: [
        { atMinute: WHILE, record: 'slo:sli_error:ratio_rate5m', value: 0, holds: true },
        { atMinute: WHILE, record: 'slo:errors:rate5m', value: 0, holds: true },
      ],
    },
    {
      name: 'no traffic is silent, whatever failed before',
      traffic: [
        { minutes: 1, requestsPerMinute: busy, failing: 0 },
        { minutes: WHILE, requestsPerMinute: 0, failing: 0 },
      ],
      expect: [
        ...alerts(WHILE, { page: false, ticket: false }),
        { atMinute: WHILE, alert: `${slo.alertName}NoData`, severity: 'ticket', holds: false },
      ],
    },
    ...quietNight(slo),
    ...noSeries(slo),
  ];
}

/** After healthy hours only the pair with the hour's window is fast enough, and its short window lets it go again soon. */
function fastBurn({ spec, thresholds: [fast, slow] }: Facts, busy: number): Scenario[] {
  if (fast === undefined || slow === undefined || spec.page === false || (fast.ratio >= 1 && slow.ratio >= 1))
    return [];
  const failing = 1.2 * (60 / 10) * fast.ratio;
  // With a large budget not even an outage fills the hour's window in ten minutes; a service without a past pages at once.
  const past = failing <= 1 ? SIX_HOURS : 0;
  return [
    {
      name: 'a fast burn pages within 10 minutes, and no longer than it lasts',
      traffic: [
        ...(past === 0 ? [] : [{ minutes: past, requestsPerMinute: busy, failing: 0 }]),
        { minutes: 10, requestsPerMinute: busy, failing: Math.min(1, failing) },
        { minutes: WHILE, requestsPerMinute: busy, failing: 0 },
      ],
      expect: [
        ...(past === 0 ? [] : alerts(past, { page: false, ticket: false })),
        { atMinute: past + 10, severity: 'page', holds: true },
        { atMinute: past + 10 + (past === 0 ? 45 : 10), severity: 'page', holds: false },
      ],
    },
  ];
}

/** Burns of one speed from the start: every window sees the same ratio, so the speed alone tells which pair fires. */
function steadyBurns({ spec, thresholds }: Facts, busy: number, budget: number): Scenario[] {
  const [, page, , slow] = thresholds;
  if (page === undefined || slow === undefined) return [];
  const burn = (name: string, failing: number, pages: boolean): Scenario[] => {
    if (failing > 1) return [];
    const traffic = { minutes: WHILE, requestsPerMinute: busy, failing };
    const fires = { page: pages && spec.page !== false, ticket: spec.ticket !== false };
    return [{ name, traffic: [traffic], expect: [...alerts(WHILE, fires), ...recordedFacts(spec, budget, traffic)] }];
  };
  return [
    ...burn('a burn over hours pages', 1.2 * page.ratio, true),
    ...burn('a slow burn tickets and does not page', 0.9 * page.ratio, false),
    ...burn('a burn just above the budget tickets', 1.2 * slow.ratio, false),
  ];
}

/** A rush of healthy requests two days ago hides the burn from the window of three days; the one of a day sees it. */
function burnAfterRush({ spec, thresholds }: Facts, busy: number): Scenario[] {
  const ticket = thresholds[2];
  if (ticket === undefined || spec.ticket === false || ticket.ratio * 1.2 > 1) return [];
  const rush = { minutes: WHILE, requestsPerMinute: busy * 200, failing: 0 };
  const after = { minutes: DAY + WHILE, requestsPerMinute: busy, failing: 1.2 * ticket.ratio };
  return [
    {
      name: 'a burn of a day tickets, whatever was before it',
      traffic: [rush, after],
      expect: alerts(rush.minutes + after.minutes, { page: false, ticket: true }),
    },
  ];
}

/** Where the objective asks for some traffic, a little less of it may fail entirely. */
function quietNight({ spec: { minRequestsPerSecond = 0 } }: Facts): Scenario[] {
  if (minRequestsPerSecond === 0) return [];
  return [
    {
      name: 'less traffic than asked for is silent',
      traffic: [{ minutes: WHILE, requestsPerMinute: minRequestsPerSecond * 60 * 0.9, failing: 1 }],
      expect: alerts(WHILE, { page: false, ticket: false }),
    },
  ];
}

function noSeries({ spec: { absentMinutes = 10 }, alertName }: Facts): Scenario[] {
  if (absentMinutes === 0) return [];
  const alert = `${alertName}NoData`;
  const late = Math.ceil(absentMinutes / 5) * 5;
  return [
    {
      name: 'no series at all is a ticket in time',
      traffic: [],
      expect: [
        { atMinute: late - 5, alert, severity: 'ticket', holds: false },
        { atMinute: late, alert, severity: 'ticket', holds: true },
      ],
    },
  ];
}
