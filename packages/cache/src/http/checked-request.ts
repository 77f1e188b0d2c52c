import { describe } from '../keys/check-key.ts';
import { checkObject } from '../options/check-names.ts';
import type { HttpRequestFacts } from './http-facts.ts';

/** What was asked. @throws TypeError for what is no request. */
export function checkedRequest(request: HttpRequestFacts): HttpRequestFacts {
  checkObject('request', request);
  const { method, url, headers } = request;
  if (typeof method !== 'string') throw new TypeError(`the method of a request must be text, got ${describe(method)}`);
  if (typeof url !== 'string') throw new TypeError(`the url of a request must be text, got ${describe(url)}`);
  // Two of them would be one key in a server.
  if (!(url as string & { isWellFormed(): boolean }).isWellFormed()) {
    throw new TypeError(`the url of a request must not have half of a surrogate pair, got ${describe(url)}`);
  }
  checkObject('headers', headers);
  return request;
}
