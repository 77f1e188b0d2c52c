/**
 * The same error without the arguments of the command that the client library hangs on it: they are keys and values,
 * and a logger that prints a cause would print them.
 */
export function withoutArguments(error: Error): Error {
  const { command } = error as { command?: { readonly name?: unknown } };
  if (typeof command === 'object' && command !== null) {
    Object.defineProperty(error, 'command', { value: { name: command.name }, configurable: true, enumerable: true });
  }
  return error;
}
