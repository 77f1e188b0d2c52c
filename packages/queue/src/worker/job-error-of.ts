import type { JobError } from '../job/job-error.ts';

const mostLines = 8;
const mostCharacters = 4_096;

/** What is kept of what a handler threw. Takes anything and never throws. */
export function jobErrorOf(thrown: unknown): JobError {
  try {
    if (!(thrown instanceof Error) && !looksLikeError(thrown)) {
      return { name: 'Error', message: cut(String(thrown)), code: undefined, stack: undefined };
    }
    const { name, message, stack } = thrown;
    const { code } = thrown as { readonly code?: unknown };
    return {
      name: cut(String(name)),
      message: cut(String(message)),
      code: typeof code === 'string' || typeof code === 'number' ? cut(String(code)) : undefined,
      stack: typeof stack === 'string' ? cut(stack.split('\n', mostLines).join('\n')) : undefined,
    };
  } catch {
    return { name: 'Error', message: 'something that cannot be shown was thrown', code: undefined, stack: undefined };
  }
}

function looksLikeError(thrown: unknown): thrown is Error {
  return typeof thrown === 'object' && thrown !== null && 'message' in thrown && 'name' in thrown;
}

function cut(text: string): string {
  return text.length > mostCharacters ? text.slice(0, mostCharacters) : text;
}
