import type { Clock, ProbeResult } from '@xc/core';
import type { Metrics } from '@xc/metrics';
import type { NearbyPlace, Place } from '../data/place.ts';
import type { Point, Trip } from '../database/place-store.ts';

/** An answer and its age: `stale` comes from the memory of the process, because the database gave none. */
export interface Answer<T> {
  readonly value: T;
  readonly stale: boolean;
}

/**
 * What stands between the HTTP routes and the database. Each act shows the same routes over another guide: one that asks
 * the database straight, one that goes through a breaker, one that caches.
 */
export interface CityGuide extends AsyncDisposable {
  place(id: number, signal: AbortSignal): Promise<Answer<Place | undefined>>;
  near(point: Point, signal: AbortSignal): Promise<Answer<readonly NearbyPlace[]>>;
  search(beginning: string, signal: AbortSignal): Promise<Answer<readonly Place[]>>;
  /** Accepts a trip, whose confirmation is sent later. Stale: the trip is held in memory until the database is back. */
  book(trip: Trip, signal: AbortSignal): Promise<Answer<Trip>>;
  /** Lets a question in, or says what to answer instead. A guide without it lets everybody in. */
  admit?(visitor: Visitor): Promise<Admission>;
  health(): GuideHealth;
}

/** Who asks, and for what. */
export interface Visitor {
  /** `near`, `cities`, `search` or `trips`. */
  readonly route: string;
  readonly remoteAddress: string | undefined;
  readonly forwardedFor: string | readonly string[] | undefined;
}

export type Admission =
  | { readonly admitted: true; leave(): void }
  | {
      readonly admitted: false;
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: object;
    };

export interface GuideHealth extends ProbeResult {
  /** Lines for the status page: what, and how it is. */
  readonly facts: Readonly<Record<string, string>>;
}

export interface GuideContext {
  readonly service: string;
  readonly databaseUrl: string;
  readonly redisUrl: string | undefined;
  readonly clock: Clock;
  readonly meter: Metrics;
  /** Tells the demo that a part changed its state, as it happens. */
  stateChanged(part: string, state: string): void;
}

/** What the module of a guide exports: `export const openGuide: OpenGuide`. */
export type OpenGuide = (context: GuideContext) => Promise<CityGuide>;
