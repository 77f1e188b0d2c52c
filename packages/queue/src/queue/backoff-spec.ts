/** A back-off that can travel with a job. */
export type BackoffSpec =
  | { readonly kind: 'constant'; readonly ms: number }
  | {
      readonly kind: 'exponential';
      readonly baseMs: number;
      readonly capMs: number;
      /** @defaultValue 'full' */
      readonly jitter?: 'none' | 'full' | 'equal' | undefined;
    };
