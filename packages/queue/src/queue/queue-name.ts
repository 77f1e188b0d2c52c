import { printable, shown } from '../option-checks.ts';

/**
 * A queue's name, as it becomes part of keys.
 *
 * @throws TypeError when not a string; RangeError when empty, longer than 100 bytes, or with `{`, `}`, `:`, white space or control
 * characters.
 */
export function queueName(name: unknown): string {
  const string = printable('name', name, 100);
  if (/[{}:\s]/.test(string)) {
    throw new RangeError(`name must be a string without '{', '}', ':' and white space, got ${shown(string)}`);
  }
  return string;
}
