/** A place of the guide: one row of the table `places`. */
export interface Place {
  /** The GeoNames id. */
  readonly id: number;
  readonly name: string;
  /** ISO 3166 code of two letters. */
  readonly country: string;
  /** First-order administrative division, as GeoNames codes it; empty when it has none. */
  readonly region: string;
  readonly population: number;
  readonly lat: number;
  readonly lon: number;
}

export interface NearbyPlace extends Place {
  /** Distance as the crow flies. */
  readonly km: number;
}
