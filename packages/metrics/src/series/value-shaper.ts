import type { LabelValue } from '../label-value.ts';
import type { AllowedValues } from '../metric-spec.ts';

/** Stands where a value may not appear, or has no room. */
export const OTHER = '__other__';

/** What a cut value ends with: a tilde and eight hex digits. */
export const HASH_LENGTH = 9;

/** How the label values of one metric become text that may appear. */
export interface ValueRules {
  readonly metric: string;
  readonly labels: readonly string[];
  readonly allow: readonly (AllowedValues | undefined)[];
  readonly maxValueLength: number;
}

/**
 * Turns what `at` was given into the values of a series.
 *
 * @throws TypeError when there is not one value for each label, or one that cannot be text.
 */
export function shapeValues(values: readonly LabelValue[], rules: ValueRules): string[] {
  const { labels, allow, maxValueLength } = rules;
  if (values.length !== labels.length) throw wrongValues(rules, String(values.length));
  const shaped = new Array<string>(labels.length);
  for (let index = 0; index < labels.length; index++) {
    const text = textOf(values[index]);
    if (text === undefined) throw wrongValues(rules, `${typeof values[index]} for ${labels[index]}`);
    shaped[index] = cut(allowed(text, allow[index]), maxValueLength);
  }
  return shaped;
}

function wrongValues({ metric, labels }: ValueRules, got: string): TypeError {
  const count = `${labels.length} label value${labels.length === 1 ? '' : 's'}`;
  return new TypeError(`${metric} takes ${count} (${labels.join(', ')}), got ${got}`);
}

/** The value as text; `undefined` when it cannot be one. */
export function textOf(value: LabelValue): string | undefined {
  switch (typeof value) {
    case 'string':
      return surrogate.test(value) ? value.replace(loneSurrogates, '\ufffd') : value;
    case 'number':
    case 'bigint':
    case 'boolean':
      return String(value);
    case 'undefined':
      return '';
    default:
      return value === null ? '' : undefined;
  }
}

const surrogate = /[\ud800-\udfff]/;
// With the flag u a pair is one code point of another category, so only halves match.
const loneSurrogates = /\p{Surrogate}/gu;

function allowed(text: string, rule: AllowedValues | undefined): string {
  if (rule === undefined) return text;
  if (typeof rule !== 'function') return rule.includes(text) ? text : OTHER;
  try {
    const normalised: unknown = rule(text);
    return typeof normalised === 'string' ? (textOf(normalised) as string) : OTHER;
  } catch {
    return OTHER;
  }
}

/** Cuts a value that is too long, and lets it end in a hash of the whole, so that two of one beginning stay two. */
export function cut(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  let end = maxLength - HASH_LENGTH;
  const before = text.charCodeAt(end - 1);
  // Half a pair is no character.
  if (before >= 0xd800 && before <= 0xdbff) end--;
  return `${text.slice(0, end)}~${fnv1a(text).toString(16).padStart(8, '0')}`;
}

/** FNV-1a over UTF-16 units, 32 bits (draft-eastlake-fnv). */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    hash = Math.imul(hash ^ (unit & 0xff), 0x01000193);
    hash = Math.imul(hash ^ (unit >>> 8), 0x01000193);
  }
  return hash >>> 0;
}
