/** `TypeError [E_CODE]: what happened`, as Node shows errors that have a code. */
const NAMED = /^(\w*Error)(?: \[([^\]]+)\])?/;

/** The code, in what BullMQ writes down, of a job for which no worker had a handler. */
export const UNKNOWN_TYPE = 'unknown-type';

/** The same error for BullMQ, which keeps nothing but message and stack: its code is said in the stack. */
export function withCode(error: Error): Error {
  const { code } = error as { readonly code?: unknown };
  if (typeof code !== 'string' && typeof code !== 'number') return error;
  const [said = '', name, already] = NAMED.exec(error.stack ?? '') ?? [];
  if (name === undefined || already !== undefined) return error;
  const stack = `${name} [${code}]${(error.stack as string).slice(said.length)}`;
  return Object.create(error, { stack: { value: stack } }) as Error;
}

/** An error after which BullMQ tries no more, that tells of another one. */
export function finalAs(error: Error, last: Error): Error {
  return Object.defineProperty(last, 'stack', { value: withCode(error).stack });
}

/** Name and code, as a stack tells them. */
export function namedIn(stack: string | undefined): { readonly name: string; readonly code: string | undefined } {
  const [, name = 'Error', code] = NAMED.exec(stack ?? '') ?? [];
  return { name, code };
}
