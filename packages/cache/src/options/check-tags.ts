import { describe, fits } from '../keys/check-key.ts';

const MAX_TAGS = 32;
const MAX_TAG_BYTES = 256;

/** @throws TypeError for what is no text, RangeError for more than 32 or for one that is not of 1 to 256 bytes. */
export function checkTags(tags: unknown): asserts tags is readonly string[] {
  if (!Array.isArray(tags)) throw new TypeError(`tags must be an array of strings, got ${describe(tags)}`);
  if (tags.length > MAX_TAGS) throw new RangeError(`tags must be at most ${MAX_TAGS}, got ${tags.length}`);
  for (const tag of tags) checkTag(tag);
}

/** @throws TypeError for what is no text, RangeError for what is not of 1 to 256 bytes. */
export function checkTag(tag: unknown): asserts tag is string {
  if (typeof tag !== 'string') throw new TypeError(`tags must be strings, got ${describe(tag)}`);
  if (!fits(tag, MAX_TAG_BYTES))
    throw new RangeError(`a tag must be 1 to ${MAX_TAG_BYTES} bytes, got ${describe(tag)}`);
}
