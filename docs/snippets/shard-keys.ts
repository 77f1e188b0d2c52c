import assert from 'node:assert/strict';
// #region snippet
import {
  hashPartitions,
  regionPartitions,
  tenantPartitions,
} from '@xc/shard';

// One part: everything of a customer has the key of the customer.
const byCustomer = hashPartitions();
assert.equal(byCustomer.of('customer:42'), byCustomer.of('customer:42'));

// Two parts: the tenant decides, and a huge one spreads over 16 partitions.
const byTenant = tenantPartitions({
  spreadOf: (tenant) => (tenant === 'huge' ? 16 : 1),
});
assert.equal(
  byTenant.of(['shop', 'order:1']),
  byTenant.of(['shop', 'order:2']),
);
assert.equal(byTenant.under?.(['shop']).length, 1);
assert.equal(byTenant.under?.(['huge']).length, 16);

// The region decides: its rows are never in a partition of another one.
const byRegion = regionPartitions({ regions: { eu: 64, us: 32 } });
assert.ok(byRegion.under?.(['eu']).includes(byRegion.of(['eu', 'ada'])));
assert.ok(!byRegion.under?.(['us']).includes(byRegion.of(['eu', 'ada'])));
// #endregion
