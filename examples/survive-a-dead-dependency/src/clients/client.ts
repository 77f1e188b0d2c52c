/** What people think of an article. */
export interface Review {
  readonly article: string;
  readonly stars: number;
}

/** An answer; stale is the last good one, because the upstream gave none. */
export interface Answer {
  readonly review: Review;
  readonly stale: boolean;
}

/** How the service asks its upstream: the part that the comparison exchanges. */
export interface Client {
  review(article: string): Promise<Answer>;
}

/** How long one attempt may take, how many there are and how long the pause between them is: the same for every client. */
export const attemptMs = 400;
export const attempts = 3;
export const pauseMs = 50;

/** One call over the network; throws unless it is answered well. */
export async function askUpstream(upstream: string, article: string, signal: AbortSignal): Promise<Review> {
  const response = await fetch(`${upstream}/${article}`, { signal });
  if (!response.ok) throw new Error(`the upstream answered ${response.status}`);
  return (await response.json()) as Review;
}
