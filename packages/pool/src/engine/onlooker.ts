/** What is told to whoever looks on: a drain, a warm-up, a limit. */
export interface Onlooker {
  /** Something was opened, closed, lent or returned. */
  changed(now: number): void;
}
