import { checkInteger } from '../keys/shown.ts';

/** Which rows of an ordered answer are wanted. */
export interface Page {
  /** Rows to leave out at the beginning. @defaultValue 0 */
  readonly offset?: number;
  /** Rows at most. */
  readonly limit: number;
}

/**
 * What each shard has to be asked so that an ordered merge of a page is right: any of them may have all of its rows, so
 * `offset + limit` of each, from the first. The merge itself gets the page as it is.
 *
 * @throws RangeError for a page that is none.
 */
export function shardLimit(page: Page): { readonly offset: 0; readonly limit: number } {
  const { offset = 0, limit } = page;
  checkInteger('offset', offset, 0, Number.MAX_SAFE_INTEGER);
  checkInteger('limit', limit, 0, Number.MAX_SAFE_INTEGER);
  return { offset: 0, limit: offset + limit };
}

/** @throws RangeError */
export function checkPage({ offset, limit }: { readonly offset?: number; readonly limit?: number }): void {
  if (offset !== undefined) checkInteger('offset', offset, 0, Number.MAX_SAFE_INTEGER);
  if (limit !== undefined) checkInteger('limit', limit, 0, Number.MAX_SAFE_INTEGER);
}
