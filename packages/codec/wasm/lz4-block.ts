// The LZ4 block format (lz4_Block_format.md, v1.9.4) in AssemblyScript: a dialect of TypeScript in which `load` and `store`
// touch the linear memory of this module and nothing else. Whatever the bytes, the worst it can do is to write nonsense into
// its own scratch memory.
//
// The host lays out the memory: bytes 0 to TABLE_BYTES hold the hash table, then come input and output, each followed by at
// least SLACK free bytes, because short copies move whole words and may run over by less than that.

const TABLE_BITS = 12;
const TABLE_BYTES: usize = 4 << TABLE_BITS;
const SLACK: usize = 32;

const MIN_MATCH: u32 = 4;
const MAX_OFFSET: usize = 65535;
/** The format ends with five literals, and its last match begins at least twelve bytes before the end. */
const LAST_LITERALS: usize = 5;
const MATCH_LIMIT: usize = 12;
/** A nibble of the token that says: more length bytes follow. */
const LONG: u32 = 15;
/** The search takes longer steps after every 32 misses, so that what does not compress is soon passed over. */
const PATIENCE = 5;

/** The first address that the host may use, and the room it leaves free behind input and output. */
export const heapStart: usize = TABLE_BYTES;
export const slack: usize = SLACK;

/** Compresses `size` bytes at `source` to `target`. Returns the compressed size, or 0 when it would exceed `capacity`. */
export function compress(source: usize, size: usize, target: usize, capacity: usize): usize {
  const end = source + size;
  const limit = target + capacity;
  let out = target;
  let anchor = source;
  if (size > MATCH_LIMIT) {
    memory.fill(0, 0, TABLE_BYTES);
    const searchEnd = end - MATCH_LIMIT;
    const matchEnd = end - LAST_LITERALS;
    let at = source + 1;
    let misses: usize = 0;
    while (at < searchEnd) {
      const slot = slotOf(at);
      let from: usize = source + load<u32>(slot);
      store<u32>(slot, <u32>(at - source));
      if (load<u32>(from) !== load<u32>(at) || at - from > MAX_OFFSET) {
        at += 1 + (misses++ >> PATIENCE);
        continue;
      }
      misses = 0;
      while (at > anchor && from > source && load<u8>(at - 1) === load<u8>(from - 1)) {
        at--;
        from--;
      }
      const matched = MIN_MATCH + countEqual(at + MIN_MATCH, from + MIN_MATCH, matchEnd);
      // One byte of length for 255 bytes, and token, offset and two last length bytes.
      const literals = at - anchor;
      if (literals + literals / 255 + matched / 255 + 5 > limit - out) return 0;
      out = putSequence(out, anchor, literals, at - from, matched);
      at += matched;
      anchor = at;
      if (at < searchEnd) store<u32>(slotOf(at - 2), <u32>(at - 2 - source));
    }
  }
  const literals = end - anchor;
  if (out > limit || literals + literals / 255 + 2 > limit - out) return 0;
  out = putLiterals(out + 1, out, anchor, literals, 0);
  return out - target;
}

/**
 * Decompresses `size` bytes at `source` to `target`. Returns true when they are a whole block, used up to the last byte,
 * that makes exactly `rawSize` bytes.
 */
export function decompress(source: usize, size: usize, target: usize, rawSize: usize): bool {
  const end = source + size;
  const rawEnd = target + rawSize;
  let at = source;
  let out = target;
  while (at < end) {
    const token: u32 = load<u8>(at++);

    let literals: usize = token >> 4;
    if (literals === LONG) {
      let more: u32;
      do {
        if (at === end || literals > rawSize) return false;
        more = load<u8>(at++);
        literals += more;
      } while (more === 255);
    }
    if (literals > end - at || literals > rawEnd - out) return false;
    copyLiterals(out, at, literals);
    at += literals;
    out += literals;
    if (at === end) return out === rawEnd;

    if (end - at < 2) return false;
    const offset: usize = load<u16>(at);
    at += 2;
    if (offset === 0 || offset > out - target) return false;
    let matched: usize = token & LONG;
    if (matched === LONG) {
      let more: u32;
      do {
        if (at === end || matched > rawSize) return false;
        more = load<u8>(at++);
        matched += more;
      } while (more === 255);
    }
    matched += MIN_MATCH;
    if (matched > rawEnd - out) return false;
    copyMatch(out, out - offset, matched);
    out += matched;
  }
  return false;
}

/** Where the table keeps the last place that had these five bytes. Five, not four: fewer and longer matches in text. */
function slotOf(at: usize): usize {
  return (<usize>(((load<u64>(at) << 24) * 889523592379) >> (64 - TABLE_BITS))) << 2;
}

function countEqual(at: usize, from: usize, end: usize): u32 {
  const start = at;
  while (at + 8 <= end) {
    const difference = load<u64>(at) ^ load<u64>(from);
    if (difference !== 0) return <u32>(at - start) + (<u32>ctz(difference) >> 3);
    at += 8;
    from += 8;
  }
  while (at < end && load<u8>(at) === load<u8>(from)) {
    at++;
    from++;
  }
  return <u32>(at - start);
}

function putSequence(out: usize, anchor: usize, literals: usize, offset: usize, matched: u32): usize {
  const extra = matched - MIN_MATCH;
  const token = out;
  out = putLiterals(out + 1, token, anchor, literals, min<u32>(extra, LONG));
  store<u16>(out, <u16>offset);
  out += 2;
  return extra < LONG ? out : putLength(out, extra - LONG);
}

/** Writes the token, what is left of the literals' length, and the literals. */
function putLiterals(out: usize, token: usize, from: usize, literals: usize, matchNibble: u32): usize {
  store<u8>(token, (min<u32>(<u32>literals, LONG) << 4) | matchNibble);
  if (literals >= LONG) out = putLength(out, <u32>literals - LONG);
  copyLiterals(out, from, literals);
  return out + literals;
}

function putLength(out: usize, left: u32): usize {
  while (left >= 255) {
    store<u8>(out++, 255);
    left -= 255;
  }
  store<u8>(out++, left);
  return out;
}

/** Most runs are short: two words always, the rest only when there is one. */
function copyLiterals(to: usize, from: usize, size: usize): void {
  store<u64>(to, load<u64>(from));
  store<u64>(to, load<u64>(from, 8), 8);
  if (size > 16) memory.copy(to + 16, from + 16, size - 16);
}

/** A match may reach into the bytes that it is just making: then it repeats them. */
function copyMatch(to: usize, from: usize, size: usize): void {
  if (to - from >= 8) {
    store<u64>(to, load<u64>(from));
    store<u64>(to, load<u64>(from, 8), 8);
    store<u64>(to, load<u64>(from, 16), 16);
    for (let done: usize = 24; done < size; done += 8) store<u64>(to + done, load<u64>(from + done));
    return;
  }
  // What has been repeated once can be repeated as a whole, so every round doubles the run.
  while (size > 0) {
    const run = min<usize>(to - from, size);
    memory.copy(to, from, run);
    to += run;
    size -= run;
  }
}
