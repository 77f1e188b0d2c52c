import { checkOptions } from './check-options.ts';

/** The content codings of HTTP that we can write; `identity` is none. */
export type ContentCoding = 'br' | 'gzip' | 'identity';

/** What the server can and likes to send. */
export interface NegotiateOptions {
  /** What the server offers, best first; `identity` comes last unless it is listed. @defaultValue ['br', 'gzip'] */
  readonly codings?: readonly ContentCoding[];
}

/**
 * Chooses the content coding of a response from the `Accept-Encoding` of its request (RFC 9110, section 12.5.3).
 *
 * The highest weight wins; between equal weights, the server's order. `identity` is acceptable unless it is refused, by
 * name or by `*;q=0`; as long as the client does not name it, anything that it does accept goes before. A missing header
 * gives `identity`: whoever says nothing may understand nothing. A member that breaks the grammar counts for nothing, and of
 * two for the same coding the first counts. `x-gzip` is gzip.
 *
 * @returns undefined when nothing on offer is acceptable: answer 406, or send `identity` all the same. Either way the
 * response needs `vary: accept-encoding`.
 * @throws TypeError when `codings` names anything else, or the same coding twice.
 *
 * @example
 * ```ts
 * negotiate('gzip, deflate, br'); // 'br'
 * negotiate('gzip, br;q=0.5'); // 'gzip'
 * negotiate('identity;q=0, zstd'); // undefined
 * ```
 */
export function negotiate(
  acceptEncoding: string | null | undefined,
  options: NegotiateOptions = {},
): ContentCoding | undefined {
  const offer = readOffer(options);
  if (acceptEncoding === undefined || acceptEncoding === null) return 'identity';
  const weights = readWeights(acceptEncoding);
  const others = weights.get('*');
  let best: ContentCoding | undefined;
  let bestWeight = 0;
  for (const coding of offer) {
    const weight = weights.get(coding) ?? others ?? (coding === 'identity' ? unnamedIdentity : 0);
    if (weight > bestWeight) {
      best = coding;
      bestWeight = weight;
    }
  }
  return best;
}

const codings: readonly string[] = ['br', 'gzip', 'identity'] satisfies ContentCoding[];

/** Acceptable, but below the smallest weight that can be written. */
const unnamedIdentity = 0.0001;

/** One member: a token, and its weight of 0 to 1 with up to three decimals. */
const member = /^([!#$%&'*+.^_`|~0-9a-z-]+)(?:[ \t]*;[ \t]*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?$/i;

function readWeights(header: string): Map<string, number> {
  const weights = new Map<string, number>();
  for (const part of header.split(',')) {
    const [, token, weight = '1'] = member.exec(trimBlanks(part)) ?? [];
    if (token === undefined) continue;
    const coding = token.toLowerCase() === 'x-gzip' ? 'gzip' : token.toLowerCase();
    if (!weights.has(coding)) weights.set(coding, Number(weight));
  }
  return weights;
}

/** Only what the grammar calls optional white space, unlike `trim`. */
function trimBlanks(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && isBlank(text.charCodeAt(from))) from += 1;
  while (to > from && isBlank(text.charCodeAt(to - 1))) to -= 1;
  return text.slice(from, to);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

const defaultOffer: readonly ContentCoding[] = ['br', 'gzip', 'identity'];

function readOffer(options: NegotiateOptions): readonly ContentCoding[] {
  checkOptions('negotiate', options, ['codings']);
  if (options.codings === undefined) return defaultOffer;
  if (!Array.isArray(options.codings)) throw new TypeError(`codings must be an array, got ${typeof options.codings}`);
  const offer = new Set<ContentCoding>();
  for (const coding of options.codings) {
    if (!codings.includes(coding))
      throw new TypeError(`codings must hold br, gzip or identity, got ${JSON.stringify(coding)}`);
    if (offer.has(coding)) throw new TypeError(`codings must name each coding once, got ${coding} twice`);
    offer.add(coding);
  }
  return [...offer.add('identity')];
}
