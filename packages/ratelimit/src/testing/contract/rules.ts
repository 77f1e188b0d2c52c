import type { LimitRule } from '../../limits/limit-rule.ts';
import { WINDOW_MS } from './attempt.ts';

const LIMIT = 3;
const per = { limit: LIMIT, windowMs: WINDOW_MS };

/** Every algorithm that counts calls, with room for three at once. */
export const countingRules: readonly (readonly [name: string, rule: LimitRule])[] = [
  ['gcra', per],
  ['bucket', { algorithm: 'bucket', ...per }],
  ['interval', { algorithm: 'bucket', refill: 'interval', ...per }],
  ['sliding', { algorithm: 'sliding', ...per }],
  ['fixed', { algorithm: 'fixed', ...per }],
  ['aligned', { algorithm: 'fixed', aligned: true, ...per }],
  ['log', { algorithm: 'log', ...per }],
  ['quota', { algorithm: 'quota', limit: LIMIT, per: 'year' }],
];
