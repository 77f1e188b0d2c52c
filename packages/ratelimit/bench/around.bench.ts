import { isIP } from 'node:net';
import type { Bench } from '../../../bench/case.ts';
import { interleave } from '../../../bench/interleave.ts';
import {
  clientIpResolver,
  createShedder,
  type Decision,
  ipKey,
  parseRateLimit,
  rateLimitHeaders,
} from '../src/index.ts';

const state = { unit: 'requests', retryAfterMs: 0, shadowed: false, blocked: false } as const;
const decision: Decision = {
  allowed: true,
  soft: false,
  degraded: false,
  source: 'store',
  retryAfterMs: 0,
  violated: [],
  limits: {
    burst: { ...state, limit: 100, capacity: 100, windowMs: 60_000, remaining: 41, resetAfterMs: 35_400 },
    daily: { ...state, limit: 1_000, capacity: 1_000, windowMs: 86_400_000, remaining: 12, resetAfterMs: 3_600_000 },
  },
  decidedAt: 1_800_000_000_500,
};
const written = rateLimitHeaders(decision);
const headers = { ratelimit: written.RateLimit, 'ratelimit-policy': written['RateLimit-Policy'] };

const resolve = clientIpResolver({
  trusted: [
    'loopback',
    '10.0.0.0/8',
    '172.16.0.0/12',
    '192.0.2.0/24',
    '198.51.100.0/24',
    '203.0.113.0/28',
    '2001:db8::/32',
    'fc00::/7',
    '100.64.0.0/10',
  ],
});
const forwardedFor = '198.18.0.77, 100.64.0.9, 10.0.0.2';
const shedder = createShedder({ capacity: 100, shares: { high: 1, low: 0.8 } });

/** What is done around each decision: its headers, the address it is for, a place for the call. */
export default {
  name: 'around',
  async run() {
    // Compiled before it is measured: how many calls fill a round is found in the first moments of each.
    for (let call = 0; call < 50_000; call += 1) parseRateLimit(headers);
    const ns = await interleave({
      headers: () => rateLimitHeaders(decision),
      parse: () => parseRateLimit(headers),
      v4: () => ipKey('203.0.113.77'),
      v6: () => ipKey('2001:db8:85a3:8d3:1319:8a2e:370:7348'),
      resolve: () => resolve('10.0.0.1', forwardedFor),
      isV4: () => isIP('203.0.113.77'),
      isV6: () => isIP('2001:db8:85a3:8d3:1319:8a2e:370:7348'),
      shed: () => {
        const admission = shedder.enter('low');
        if (admission.admitted) admission.leave();
      },
    });
    const us = (value: number) => value / 1_000;
    return [
      { name: 'rateLimitHeaders, 2 limits', unit: 'us', value: us(ns.headers) },
      { name: 'parseRateLimit, 2 limits', unit: 'us', value: us(ns.parse) },
      { name: 'ipKey, IPv4', unit: 'us', value: us(ns.v4), peers: { 'net.isIP': us(ns.isV4) } },
      { name: 'ipKey, IPv6', unit: 'us', value: us(ns.v6), peers: { 'net.isIP': us(ns.isV6) } },
      { name: 'client address, 3 hops, 10 blocks', unit: 'us', value: us(ns.resolve) },
      { name: 'shedder, enter and leave', unit: 'us', value: us(ns.shed) },
    ];
  },
} satisfies Bench;
