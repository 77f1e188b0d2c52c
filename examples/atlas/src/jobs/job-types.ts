/** What the queue of the city guide carries. */
export type TripJobs = {
  /** A trip is confirmed by mail. Some mail servers are busy the first time; some addresses are wrong until somebody mends them. */
  readonly 'trip.confirm': {
    readonly in: { readonly trip: number; readonly busy: boolean; readonly wrong: boolean };
    readonly out: undefined;
  };
  /** A city is visited: the log of each city is in order. */
  readonly 'city.visit': { readonly in: { readonly city: string; readonly visit: number }; readonly out: undefined };
};
