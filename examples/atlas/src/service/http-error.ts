/** What the caller did wrong, as an HTTP status and one sentence. */
export class HttpError extends Error {
  static {
    this.prototype.name = 'HttpError';
  }
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}
