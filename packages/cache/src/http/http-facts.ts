/** Names in any case; a header of several lines is an array. */
export type HttpHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** What the cache needs to know of a request. */
export interface HttpRequestFacts {
  readonly method: string;
  /** With or without the host. */
  readonly url: string;
  readonly headers: HttpHeaders;
}

/** What the cache needs to know of a response. */
export interface HttpResponseFacts {
  readonly status: number;
  readonly headers: HttpHeaders;
  readonly body: Uint8Array | string;
}
