import { type DualMethodDecorator, methodDecorator } from '@xc/core';
import type { TransactionBody } from './run-transaction.ts';

/** A method that answers with a promise: a transaction cannot end at once. */
export type AsyncMethod = (this: never, ...args: never[]) => PromiseLike<unknown>;

/** A decorator that runs its method as the body of a transaction. */
export function transactional<Client>(
  run: (body: TransactionBody<Client, unknown>) => Promise<unknown>,
): DualMethodDecorator<AsyncMethod> {
  return methodDecorator<AsyncMethod>(<M extends AsyncMethod>(method: M) => {
    return function (this: unknown, ...args: unknown[]) {
      return run(() => Reflect.apply(method, this, args) as PromiseLike<unknown>);
    } as unknown as M;
  });
}
