import { readFileSync } from 'node:fs';
import * as rules from '@xc/metrics/rules';
import { expect, test } from 'vitest';

const page = readFileSync(
  new URL('../guide/metrics/alerts.md', import.meta.url),
  'utf8',
);

/** The rows of an alert: name, minutes that it must hold, severity. */
const shown = [
  ...page.matchAll(
    /^\| `(\w+)` \| [^|]+ \| (?:(\d+) m )?\| (page|ticket) \|/gm,
  ),
].map(([, name, minutes = '0', severity]) => [
  name,
  `${minutes}m`,
  severity,
]);

const packs = [
  rules.httpAlerts(),
  rules.runtimeAlerts(),
  rules.databaseAlerts(),
  rules.poolAlerts(),
  rules.cacheAlerts(),
  rules.queueAlerts(),
  rules.breakerAlerts(),
];

test('the page of alerts shows every alert as it is', () => {
  const alerts = packs
    .flatMap((pack) => pack.rules)
    .map((rule) =>
      'alert' in rule ? [rule.alert, rule.for, rule.labels?.severity] : [],
    );
  expect(shown).toEqual(alerts);
});

test('the page of alerts names the thresholds that a pack takes', () => {
  const named = [
    ...page.matchAll(/\| (?:page|ticket) \| `(\w+)` \|$/gm),
  ].map(([, name]) => name);
  const known = Object.entries(rules)
    .filter(([name]) => name.endsWith('Alerts'))
    .flatMap(([, pack]) =>
      thresholdsOf(pack as (typeof rules)['httpAlerts']),
    );
  expect([...named].sort()).toEqual(known.sort());
});

/** A pack that is given what it does not know says what it does. */
function thresholdsOf(pack: (typeof rules)['httpAlerts']): string[] {
  try {
    pack({ thresholds: { unknown: 1 } as never });
  } catch (error) {
    return String(error).split('there are ')[1]?.split(', ') ?? [];
  }
  return [];
}
