import assert from 'node:assert/strict';
import { clientIpResolver, ipKey } from '@xc/ratelimit';

// Our load balancers; what comes from anywhere else is not believed.
const clientIp = clientIpResolver({ trusted: ['loopback', '10.0.0.0/8'] });

// request.socket.remoteAddress, request.headers['x-forwarded-for']
const header = '6.6.6.6, 2001:db8:1:2::99, 10.0.0.2';
const address = clientIp('::ffff:10.0.0.1', header);
assert.equal(address, '2001:db8:1:2::99'); // 6.6.6.6 was made up

// A customer has a whole network: count that.
assert.equal(ipKey(address ?? ''), '2001:db8:1:2::/64');
assert.equal(ipKey('::ffff:203.0.113.7'), '203.0.113.7');
assert.equal(ipKey('0177.0.0.1'), undefined);
