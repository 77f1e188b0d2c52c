import type { Random } from '@xc/core';
import type { Place } from '../data/place.ts';
import type { Visit } from './visits.ts';

/** Visitors in front of one expensive page: polite ones at an even pace, and now and then one who is not. */
export interface Crowd {
  readonly lengthMs: number;
  readonly polite: { readonly clients: number; readonly everyMs: number };
  readonly rude: {
    readonly everyMs: number;
    readonly spans: readonly { readonly fromMs: number; readonly toMs: number }[];
  };
}

export const POLITE = 'polite';
export const RUDE = 'rude';

/** All of them ask for `/near` somewhere, each from an address of their own, at the same moments for the same crowd. */
export function crowd(audience: readonly Place[], { lengthMs, polite, rude }: Crowd, random: Random): readonly Visit[] {
  const visit = (atMs: number, name: string, address: string): Visit => {
    const { lat, lon } = audience[Math.floor(random.next() * audience.length)] as Place;
    return { kind: 'near', atMs, method: 'GET', path: `/near?lat=${lat}&lon=${lon}`, visitor: { name, address } };
  };
  const visits: Visit[] = [];
  const gapMs = polite.everyMs / polite.clients;
  for (let count = 0; count * gapMs < lengthMs; count += 1) {
    visits.push(visit(count * gapMs, POLITE, `198.51.100.${1 + (count % polite.clients)}`));
  }
  for (const { fromMs, toMs } of rude.spans) {
    for (let atMs = fromMs; atMs < toMs; atMs += rude.everyMs) visits.push(visit(atMs, RUDE, '203.0.113.66'));
  }
  return visits.sort((one, other) => one.atMs - other.atMs);
}
