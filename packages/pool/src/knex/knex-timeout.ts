const message =
  'Knex: Timeout acquiring a connection. The pool is probably full. Are you missing a .transacting(trx) call?';

/**
 * What Knex throws when its own pool took too long, of the class that programs for Knex look for. Loaded when it is needed: who
 * only adopts a pool of tarn may have no Knex.
 */
export async function knexTimeout(cause: Error): Promise<Error> {
  try {
    const loaded = (await import('knex')) as unknown as Loaded & { readonly default?: Loaded };
    const KnexTimeoutError = loaded.KnexTimeoutError ?? loaded.default?.KnexTimeoutError;
    return KnexTimeoutError === undefined ? cause : Object.assign(new KnexTimeoutError(message), { cause });
  } catch {
    return cause;
  }
}

interface Loaded {
  readonly KnexTimeoutError?: new (message: string) => Error;
}
