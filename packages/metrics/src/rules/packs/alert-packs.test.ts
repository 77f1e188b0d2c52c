import { expect, test } from 'vitest';
import type { AlertRule } from '../rule-group.ts';
import { breakerAlerts } from './breaker-alerts.ts';
import { cacheAlerts } from './cache-alerts.ts';
import { databaseAlerts } from './database-alerts.ts';
import { httpAlerts } from './http-alerts.ts';
import { poolAlerts } from './pool-alerts.ts';
import { queueAlerts } from './queue-alerts.ts';
import { runtimeAlerts } from './runtime-alerts.ts';

const packs = { httpAlerts, runtimeAlerts, databaseAlerts, poolAlerts, cacheAlerts, queueAlerts, breakerAlerts };

test.for(Object.entries(packs))(
  '%s puts matchers, labels, annotations and the page that helps into every alert',
  ([, pack]) => {
    const { rules } = pack({
      match: 'job="shop"',
      labels: { team: 'a' },
      annotations: { dashboard: 'http://d' },
      runbook: (alert) => `http://runbooks/${alert}`,
    });
    expect(rules.length).toBeGreaterThan(1);
    for (const rule of rules as readonly AlertRule[]) {
      expect(rule.expr.match(/\{/g)).toHaveLength(rule.expr.match(/\{job="shop"/g)?.length ?? 0);
      expect(rule.labels).toMatchObject({ team: 'a', severity: expect.stringMatching(/^(page|ticket)$/) });
      expect(rule.annotations).toMatchObject({ dashboard: 'http://d', runbook_url: `http://runbooks/${rule.alert}` });
      expect(rule.annotations?.summary).toContain('{{ $labels.');
    }
  },
);

test('puts thresholds of one kind before the usual ones', () => {
  const [first, second] = httpAlerts({ thresholds: { errorRatio: 0.2 } }).rules as readonly AlertRule[];
  expect(first?.expr).toMatch(/ > 0\.2$/);
  expect(second?.expr).toMatch(/ > 1$/);
  expect((breakerAlerts({ thresholds: { forcedMinutes: 5 } }).rules as readonly AlertRule[])[2]?.for).toBe('5m');
});

test.for(Object.entries(packs))('%s refuses a threshold that it does not know, or that is none', ([, pack]) => {
  expect(() => pack({ thresholds: { nonsense: 1 } as never })).toThrow('thresholds.nonsense is not known; there are ');
});

test('refuses a threshold that is no number', () => {
  expect(() => httpAlerts({ thresholds: { errorRatio: Number.NaN } })).toThrow(RangeError);
  expect(() => queueAlerts({ thresholds: { dead: -1 } })).toThrow(
    'thresholds.dead must be a finite number of at least 0, got -1',
  );
});
