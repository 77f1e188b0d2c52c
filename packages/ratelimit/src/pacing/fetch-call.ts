/** What has to be known of a call to `fetch` before it is made, and made again. */
export interface FetchCall {
  readonly url: URL;
  readonly signal: AbortSignal | undefined;
  /** Its body can be sent again: there is none, or one that is not a stream. */
  readonly replayable: boolean;
  /** Sent twice it does what it does once, RFC 9110 section 9.2.2. */
  readonly idempotent: boolean;
}

/** @throws TypeError when the URL is none. */
export function fetchCall(input: string | URL | Request, init: RequestInit | undefined): FetchCall {
  // By shape: another `fetch` than that of the platform has a Request of its own.
  const request = typeof input === 'string' || input instanceof URL ? undefined : input;
  const method = (init?.method ?? request?.method ?? 'GET').toUpperCase();
  return {
    url: new URL(request?.url ?? `${input}`),
    signal: init?.signal ?? (init?.signal === null ? undefined : request?.signal),
    // The body of a Request is a stream, whatever it was made of.
    replayable: init?.body == null ? request?.body == null : !isStream(init.body),
    idempotent: idempotent.includes(method),
  };
}

const idempotent: readonly string[] = ['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE'];

/** `fetch` takes any async iterable for a stream. */
function isStream(body: unknown): boolean {
  return body instanceof ReadableStream || (typeof body === 'object' && body !== null && Symbol.asyncIterator in body);
}
