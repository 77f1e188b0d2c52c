import assert from 'node:assert/strict';
import { isXcError } from '@xc/core';
import { createRateLimiter, RateLimited } from '@xc/ratelimit';

const limiter = createRateLimiter({
  limits: { reports: { limit: 2, windowMs: 60_000 } },
});

class Reports {
  // Counts by the first argument, or the subject of the context.
  @RateLimited(limiter)
  async build(tenant: string): Promise<string> {
    return `report of ${tenant}`;
  }
}

const reports = new Reports();
assert.equal(await reports.build('acme'), 'report of acme');
await reports.build('acme');
await assert.rejects(reports.build('acme'), (error) =>
  isXcError(error, 'XC_RATELIMIT_REJECTED'),
);
assert.equal(await reports.build('umbrella'), 'report of umbrella');
