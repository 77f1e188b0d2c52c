import { createHash, createHmac } from 'node:crypto';
import type { LimitRule } from '../limits/limit-rule.ts';
import type { LimitOp } from '../store/limit-op.ts';

const LONGEST_BYTES = 120;
const DIGEST_LENGTH = 22;

/** What a key of a caller must not bring into a key of Redis: braces, our own escapes, control characters, torn surrogates. */
const unsafe = /[{}%\p{Cc}\p{Cs}]/gu;
/** Looks like a digest, and could be the digest of another key. */
const likeDigest = /^[\w-]{22}$/;

/** Where a store keeps the state and the block of a limit of a key. */
export interface KeyLayout {
  /** Adds the two keys of an op to `keys`: its state, its block. */
  push(op: LimitOp, keys: string[]): void;
  /** The tag that decides the slot, as it stands between the braces. */
  tagOf(op: LimitOp): string;
}

/**
 * Keys are `<prefix>{<key>}:<name>:<letter><window>`, or with a tag `<prefix>{<tag>}:<key>:<name>:...`; the block of a limit
 * ends in `:b`. No two keys of callers meet: what is unsafe is escaped, what is long becomes its digest, and what looks like a
 * digest is escaped as well. No tag is ever empty, so that all keys of one call with one tag are in one slot.
 */
export function keyLayout(prefix: string, secret: string | undefined): KeyLayout {
  const part = secret === undefined ? readable : (text: string) => hmac(secret, text);
  const tagOf = ({ key, tag }: LimitOp): string => part(tag ?? key);
  return {
    tagOf,
    push(op, keys) {
      const owner = op.tag === undefined ? '' : `${part(op.key)}:`;
      const base = `${prefix}{${tagOf(op)}}:${owner}${op.name}:`;
      keys.push(base + stateSuffix(op.rule), `${base}b`);
    },
  };
}

/** Another algorithm or window is another key, and so starts fresh; another limit or capacity is not. */
function stateSuffix(rule: LimitRule): string {
  switch (rule.algorithm) {
    case 'bucket':
      return `t${rule.windowMs}`;
    case 'sliding':
      return `s${rule.windowMs}`;
    case 'fixed':
      return `f${rule.windowMs}`;
    case 'log':
      return `l${rule.windowMs}`;
    case 'quota':
      return `q${rule.per}`;
    case 'concurrency':
      return 'c';
    default:
      return `g${rule.windowMs}`;
  }
}

function readable(text: string): string {
  // No character is more than three times as many bytes as it is units.
  if (text.length < DIGEST_LENGTH && text.search(unsafe) === -1) return text;
  const escaped = text.replaceAll(unsafe, percentEncoded);
  if (Buffer.byteLength(escaped) > LONGEST_BYTES) return digest(createHash('sha256').update(escaped).digest());
  return likeDigest.test(escaped) ? percentEncoded(escaped.slice(0, 1)) + escaped.slice(1) : escaped;
}

function percentEncoded(character: string): string {
  const code = character.charCodeAt(0);
  // A torn surrogate has no bytes of its own, and would become the same replacement character as every other.
  if (code >= 0xd800) return `%u${code.toString(16).toUpperCase()}`;
  const hex = Buffer.from(character).toString('hex').toUpperCase();
  return hex.replaceAll(/../g, '%$&');
}

function hmac(secret: string, text: string): string {
  return digest(createHmac('sha256', secret).update(text.replaceAll(unsafe, percentEncoded)).digest());
}

function digest(bytes: Buffer): string {
  return bytes.toString('base64url').slice(0, DIGEST_LENGTH);
}
