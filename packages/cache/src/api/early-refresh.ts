/**
 * When a value is loaded anew before it expires: by chance that grows towards the expiry and with the time a load takes
 * (XFetch: Vattani, Chierichetti, Lowenstein 2015), from a share of its ttl on, or never.
 */
export type EarlyRefresh =
  | {
      readonly kind: 'xfetch';
      /**
       * Above 1 refreshes earlier, below 1 later; 0 or more.
       * @defaultValue 1
       */
      readonly beta?: number;
    }
  | {
      readonly kind: 'threshold';
      /** Share of the ttl, from 0 to 1. */
      readonly ratio: number;
    }
  | 'off';
