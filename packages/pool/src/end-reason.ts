/**
 * Why a resource was closed.
 *
 * `idle`, `lifetime`, `uses`: it reached a limit. `invalid`: validation refused it. `stale`: it belongs to a generation before
 * `clear`. `error`: its user failed in a way that breaks it. `lost`: it died by itself. `reset-failed`: it could not be
 * cleaned. `leak`: it was taken from a borrower who did not return it. `late`: it opened after its time had run out.
 * `surplus`: there were more than `max`. `caller`: `lease.destroy()`. `closed`: the pool drained. `forced`: it was still lent
 * when the drain ran out of time.
 */
export type EndReason =
  | 'idle'
  | 'lifetime'
  | 'uses'
  | 'invalid'
  | 'stale'
  | 'error'
  | 'lost'
  | 'reset-failed'
  | 'leak'
  | 'late'
  | 'surplus'
  | 'caller'
  | 'closed'
  | 'forced';

/** Every reason there is: the label values of `xc_pool_closed_total`. */
export const endReasons = [
  'idle',
  'lifetime',
  'uses',
  'invalid',
  'stale',
  'error',
  'lost',
  'reset-failed',
  'leak',
  'late',
  'surplus',
  'caller',
  'closed',
  'forced',
] as const satisfies readonly EndReason[];
