/** What an algorithm says about one op. One object for each op of a step, written anew by every step: deciding allocates nothing. */
export class Verdict {
  allowed = false;
  remaining = 0;
  resetAfterMs = 0;
  retryAfterMs = 0;
  windowMs: number | undefined = undefined;
  blocked = false;
  /** By what the algorithm finds the charge again. */
  mark = 0;
  /** What the algorithm is to write, if the call is charged. */
  next = 0;

  /** `retryAfterMs` counts only where the call is refused. */
  set(allowed: boolean, remaining: number, resetAfterMs: number, retryAfterMs: number): void {
    this.allowed = allowed;
    this.remaining = remaining;
    this.resetAfterMs = resetAfterMs;
    this.retryAfterMs = allowed ? 0 : retryAfterMs;
    this.windowMs = undefined;
    this.blocked = false;
  }

  /** Says no until the block is over, whatever the count says. */
  block(leftMs: number): void {
    this.allowed = false;
    this.blocked = true;
    this.remaining = 0;
    if (this.resetAfterMs < leftMs) this.resetAfterMs = leftMs;
    if (this.retryAfterMs < leftMs) this.retryAfterMs = leftMs;
  }
}
