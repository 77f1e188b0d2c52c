/** Answers a call in place of the method; `answer` does what the method would have done. */
export type Interceptor = (answer: () => unknown, method: string) => unknown;

type Method = (...args: unknown[]) => unknown;

/**
 * A view of `x` in which `intercept` answers every call of a method that answers with a promise. What else `x` has passes
 * through, and its methods run on `x` itself, so private fields work.
 */
export function interceptCalls<T extends object>(x: T, intercept: Interceptor): T {
  if (typeof x !== 'object' || x === null) throw new TypeError(`expected an object with methods, got ${typeof x}`);
  const wrapped = new Map<Method, Method>();
  const wrap = (method: Method, name: string): Method => {
    const known = wrapped.get(method);
    if (known !== undefined) return known;
    const made = (...args: unknown[]) => {
      const answer = () => Reflect.apply(method, x, args);
      if (isKnownAsync(method, name)) return intercept(answer, name);
      const given = answer();
      if (!isThenable(given)) return given;
      // Whatever becomes of the answer now, it is not unhandled.
      given.then(undefined, () => {});
      return intercept(() => given, name);
    };
    wrapped.set(method, made);
    return made;
  };
  // The proxy stands before an empty object: one before a frozen `x` could show nothing but what `x` has.
  return new Proxy(Object.create(Object.getPrototypeOf(x)), {
    get(_empty, key) {
      const value: unknown = Reflect.get(x, key, x);
      if (typeof value !== 'function' || key in Object.prototype) return value;
      return typeof key === 'string' ? wrap(value as Method, key) : value.bind(x);
    },
    set: (_empty, key, value) => Reflect.set(x, key, value, x),
    has: (_empty, key) => Reflect.has(x, key),
    ownKeys: () => Reflect.ownKeys(x),
    getOwnPropertyDescriptor(_empty, key) {
      const descriptor = Reflect.getOwnPropertyDescriptor(x, key);
      return descriptor && { ...descriptor, configurable: true };
    },
  });
}

const asyncInCore: readonly string[] = ['run', 'publish', 'subscribe', 'acquire', 'sleep'];

function isKnownAsync(method: Method, name: string): boolean {
  return Object.prototype.toString.call(method) === '[object AsyncFunction]' || asyncInCore.includes(name);
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function';
}
