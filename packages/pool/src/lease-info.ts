/** One loan, as a report shows it. */
export interface LeaseInfo {
  /** Of the resource. */
  readonly id: number;
  /** What the borrower called itself. */
  readonly label: string | undefined;
  /** Since it was lent. */
  readonly heldMs: number;
  /** Where it was asked for, when that was captured. */
  readonly stack: string | undefined;
}
