import { type FetchLike, pacedFetch } from '@xc/ratelimit';

/** Reads pages from an API one after the other, as fast as that wants and no faster. */
export async function readAll(origin: string, paths: readonly string[], send: FetchLike = fetch): Promise<string[]> {
  // #region client
  // Waits while nothing is left, spaces calls when little is left, and repeats what was refused all the same.
  const paced = pacedFetch(send, { spread: true });
  const pages: string[] = [];
  for (const path of paths) {
    const response = await paced(`${origin}${path}`);
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    pages.push(await response.text());
  }
  return pages;
  // #endregion
}
