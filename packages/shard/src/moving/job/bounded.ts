/** What a call gives, unless the signal aborts first: then its reason, however long the call may take. */
export function bounded<T>(call: PromiseLike<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    const settled = (): void => signal.removeEventListener('abort', abort);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
    call.then(
      (answer) => {
        settled();
        resolve(answer);
      },
      (error) => {
        settled();
        reject(error);
      },
    );
  });
}
