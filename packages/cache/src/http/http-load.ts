import type { LoadContext } from '../api/loader.ts';
import { checkTags } from '../options/check-tags.ts';
import { checkedAnswer } from './checked-answer.ts';
import { ageOf } from './freshness.ts';
import { headerValue } from './header-lines.ts';
import type { Produce, ProduceContext } from './http-cache.ts';
import type { HttpCachePlan } from './http-cache-options.ts';
import type { HttpRequestFacts, HttpResponseFacts } from './http-facts.ts';
import { urlTag } from './http-keys.ts';
import { judge } from './http-storable.ts';
import { freshened, isFor, type StoredResponse, sourceTag, toStored } from './stored-response.ts';

/** What asking the source came to, where it is not to be stored. */
export type Unstored =
  | { readonly kind: 'answered'; readonly response: HttpResponseFacts; readonly by: HttpLoad }
  | { readonly kind: 'failed'; readonly error: unknown };

/** That of the URL is one more. */
const MAX_TAGS = 31;

/** One request's way of asking the source: a loader that never rejects, as only we know when a stale answer may stand in. */
export class HttpLoad {
  /** Whether this request asked the source itself, has got its answer, and that was a 304. */
  ran = false;
  done = false;
  revalidated = false;
  readonly #request: HttpRequestFacts;
  readonly #produce: Produce;
  readonly #plan: HttpCachePlan;

  constructor(request: HttpRequestFacts, produce: Produce, plan: HttpCachePlan) {
    this.#request = request;
    this.#produce = produce;
    this.#plan = plan;
  }

  readonly run = async (context: LoadContext<StoredResponse | Unstored>): Promise<StoredResponse | Unstored> => {
    this.ran = true;
    const before = this.#before(context.stale?.value);
    try {
      const answer = checkedAnswer(await this.#produce({ signal: context.signal, ...conditions(before) }));
      this.done = true;
      this.revalidated = before !== undefined && answer.status === 304;
      return this.#keep(this.revalidated ? freshened(before as StoredResponse, answer) : answer, context);
    } catch (error) {
      context.skip();
      return { kind: 'failed', error };
    }
  };

  #before(stale: StoredResponse | Unstored | undefined): StoredResponse | undefined {
    return stale?.kind === 'stored' && isFor(stale, this.#request) ? stale : undefined;
  }

  #keep(response: HttpResponseFacts, context: LoadContext<StoredResponse | Unstored>): StoredResponse | Unstored {
    const storable = judge(this.#request, response, this.#plan);
    // An answer whose age cannot be told is good for whoever asked for it, and for nobody after.
    if (!storable.store || Number.isNaN(ageOf(response.headers))) {
      context.skip();
      return { kind: 'answered', response, by: this };
    }
    context.ttl(storable.ttlMs);
    const tags = this.#plan.tags(this.#request, response);
    checkTags(tags);
    if (tags.length > MAX_TAGS)
      throw new RangeError(`tags must be at most ${MAX_TAGS} beside that of the URL, got ${tags.length}`);
    context.tags(urlTag(this.#request.url, this.#plan), ...tags);
    return toStored(this.#request, response, storable, this.#plan);
  }
}

function conditions(before: StoredResponse | undefined): Omit<ProduceContext, 'signal'> {
  if (before === undefined) return {};
  const ifNoneMatch = sourceTag(before);
  const ifModifiedSince = headerValue(before.headers, 'last-modified');
  return {
    ...(ifNoneMatch !== undefined && { ifNoneMatch }),
    ...(ifModifiedSince !== undefined && { ifModifiedSince }),
  };
}
