interface LibraryError extends Error {
  readonly command?: { readonly name?: unknown };
  /** Why the last of several nodes failed. */
  readonly lastNodeError?: Error;
}

/**
 * The same error without the arguments of the command that the client library hangs on it: they are keys, values and, for
 * a greeting, passwords, and a logger that prints a cause would print them.
 */
export function withoutArguments(error: LibraryError): Error {
  const { command, lastNodeError } = error;
  if (typeof command === 'object' && command !== null) {
    Object.defineProperty(error, 'command', { value: { name: command.name }, configurable: true, enumerable: true });
  }
  if (lastNodeError instanceof Error) withoutArguments(lastNodeError);
  return error;
}
