import assert from 'node:assert/strict';
import {
  httpAlerts,
  poolAlerts,
  runtimeAlerts,
  toRulesYaml,
} from '@xc/metrics/rules';

const shop = {
  match: 'job="shop"',
  labels: { team: 'checkout' },
  runbook: (alert: string) => `https://example.com/runbooks/${alert}`,
};
const packs = [
  httpAlerts({ ...shop, thresholds: { errorRatio: 0.02 } }),
  poolAlerts(shop),
  runtimeAlerts(shop),
];

const yaml = toRulesYaml(packs);
assert.match(yaml, /status=~\\"5\.\.\|5xx\\".* > 0\.02"$/m);
assert.match(yaml, /runbooks\/PoolExhausted"$/m);

// A threshold that does not exist is a mistake, not a silence.
assert.throws(
  () => httpAlerts({ thresholds: { errorRate: 0.02 } as never }),
  /thresholds.errorRate is not known; there are errorRatio, /,
);
