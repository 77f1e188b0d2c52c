interface LibraryError extends Error {
  readonly command?: { readonly name?: unknown; readonly args?: unknown };
  /** Why the last of several nodes failed. */
  readonly lastNodeError?: Error;
}

/**
 * The same error without the arguments of the command that the client library hangs on it: they are keys, values and, for
 * a greeting, passwords, and a logger that prints a cause would print them. What the server quotes of them in its
 * answer is masked in the message and in the stack.
 */
export function withoutArguments(error: LibraryError): Error {
  const { command, lastNodeError } = error;
  if (typeof command === 'object' && command !== null) {
    maskQuotes(error, Array.isArray(command.args) ? command.args : []);
    Object.defineProperty(error, 'command', { value: { name: command.name }, configurable: true, enumerable: true });
  }
  if (lastNodeError instanceof Error) withoutArguments(lastNodeError);
  return error;
}

const MASK = '***';
/** How many characters of an argument a server quotes at most, as far as it cuts them short. */
const QUOTED = 128;
const unknownCommand = /(with args beginning with: ).*/s;

// Only what stands in quotes and is an argument: the rest of an answer is what the server has to say.
function maskQuotes(error: Error, args: readonly unknown[]): void {
  const { message, stack } = error;
  let masked = message.replace(unknownCommand, `$1${MASK}`);
  if (/['"`]/.test(masked)) {
    for (const arg of args) {
      const text = Buffer.isBuffer(arg) ? arg.toString() : String(arg);
      for (const quoted of new Set([
        text,
        text.slice(0, QUOTED),
        text.toLowerCase(),
        text.replaceAll(/[\r\n]/g, ' '),
      ])) {
        for (const quote of [`'`, `"`, '`']) {
          masked = masked.replaceAll(quote + quoted + quote, () => quote + MASK + quote);
        }
      }
    }
  }
  if (masked === message) return;
  Object.defineProperty(error, 'message', { value: masked, configurable: true, writable: true });
  const rest = stack?.includes(message) ? stack.replace(message, () => masked) : `${error.name}: ${masked}`;
  Object.defineProperty(error, 'stack', { value: rest, configurable: true, writable: true });
}
