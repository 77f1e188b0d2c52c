/** How an objective stands in this process. */
export interface SloStatus {
  /** By window, `5m` to `3d`: how many times faster than the objective allows the budget burns; `undefined` without traffic. */
  readonly burn: Readonly<Record<string, number | undefined>>;
  readonly alert: 'none' | 'ticket' | 'page';
  /** Share of the error budget that is left since the tracking began: 1 is untouched, negative is overspent. */
  readonly budgetLeft: number;
}
