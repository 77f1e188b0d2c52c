import { type AnyMethod, type DualMethodDecorator, methodDecorator, type Policy } from '@xc/core';
import { shown } from '../options.ts';
import { guardedCall, runOptionsOf } from './wrap.ts';
import { checkedPolicy, type WrapOptions } from './wrap-options.ts';

/** A method that `Guarded` fits on: its calls end later, as those of a policy do. */
export type GuardedMethod<A extends unknown[]> = AnyMethod & ((this: never, ...args: A) => Promise<unknown>);

/**
 * Runs every call of a method inside a policy; the method keeps its signature. Serves TC39 and legacy
 * (`experimentalDecorators`) classes.
 *
 * @param policy - The policy, or a function that gives the policy of the instance; it is asked on every call.
 * @throws TypeError when `policy` is neither, or for an unknown option.
 * @example
 * ```ts
 * class Users {
 *   readonly policy = fromPreset('database');
 *
 *   @Guarded((self) => (self as Users).policy, { key: (id: string) => id, idempotent: true })
 *   async byId(id: string): Promise<User> { ... }
 * }
 * ```
 */
export function Guarded<A extends unknown[] = never[]>(
  policy: Policy | ((self: unknown) => Policy),
  options?: WrapOptions<A>,
): DualMethodDecorator<GuardedMethod<A>> {
  const policyFor = policyPicker(policy);
  const optionsFor = runOptionsOf(options);
  return methodDecorator<GuardedMethod<A>>(<M extends GuardedMethod<A>>(method: M) => {
    function guarded(this: unknown, ...args: A): Promise<unknown> {
      try {
        return guardedCall(policyFor(this), optionsFor, () => Reflect.apply(method, this, args), args);
      } catch (error) {
        return Promise.reject(error);
      }
    }
    return guarded as unknown as M;
  });
}

function policyPicker(policy: Policy | ((self: unknown) => Policy)): (self: unknown) => Policy {
  if (typeof policy === 'function') return (self) => checkedPolicy(policy(self));
  if (typeof policy?.run !== 'function') {
    throw new TypeError(`policy must be a policy or a function that gives one, got ${shown(policy)}`);
  }
  return () => policy;
}
