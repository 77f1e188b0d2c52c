/** The widest method: any parameters, any result. */
export type AnyMethod = (this: never, ...args: never[]) => unknown;

/** What a TC39 decorator is told of the method that it is put on. */
export interface MethodDecoratorContext {
  readonly kind: 'method';
  readonly name: string | symbol;
}

/**
 * A decorator for methods that fit `Bound`, in TC39 and in legacy (`experimentalDecorators`) classes: instance, static and, in
 * TC39, private methods. On a method that does not fit, and on anything else, it does not compile.
 */
export interface DualMethodDecorator<Bound extends AnyMethod = AnyMethod> {
  /** TC39. */
  <M extends Bound>(method: M, context: MethodDecoratorContext): M;
  /** Legacy. */
  <M extends Bound>(
    target: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<M>,
  ): TypedPropertyDescriptor<M>;
}

/**
 * Makes one decorator that serves TC39 and legacy classes.
 *
 * `wrap` is called once, when the class is defined, with the method and its name (`#load` for a private one, `[symbol.iterator]`
 * style for a symbol), and returns what takes the method's place. That gets the name and the length of the method, and what
 * decorators below have left on it: own properties, and metadata of `reflect-metadata` if that is loaded. Metadata of the
 * class and of its property key is not touched.
 *
 * @throws TypeError when the decorator is put on something that is not a method.
 *
 * @example
 * ```ts
 * const Logged = methodDecorator(<M extends AnyMethod>(method: M, name: string) => {
 *   return function (this: unknown, ...args: unknown[]) {
 *     console.log(name, args);
 *     return Reflect.apply(method, this, args);
 *   } as unknown as M;
 * });
 *
 * class Cities {
 *   @Logged
 *   byName(name: string) {}
 * }
 * ```
 */
export function methodDecorator<Bound extends AnyMethod = AnyMethod>(
  wrap: <M extends Bound>(method: M, name: string) => M,
): DualMethodDecorator<Bound> {
  if (typeof wrap !== 'function') throw new TypeError(`wrap must be a function, got ${typeof wrap}`);

  function replace(method: Bound, key: string | symbol): Bound {
    const name = typeof key === 'symbol' ? `[${key.description ?? ''}]` : key;
    const wrapped = wrap(method, name);
    if (typeof wrapped !== 'function') throw new TypeError(`wrap must return a function, got ${typeof wrapped}`);
    if (wrapped !== method) dressAs(wrapped, method);
    return wrapped;
  }

  function decorate(target: unknown, place: unknown, descriptor?: unknown): unknown {
    if (isContext(place)) {
      if (place.kind !== 'method') throw misplaced(`the ${place.kind} ${String(place.name)}`);
      return replace(target as Bound, place.name);
    }
    if (!isMethodDescriptor(descriptor)) throw misplaced(legacyPlace(place, descriptor));
    // In place as well as returned: frameworks that apply decorators by hand ignore what they return.
    descriptor.value = replace(descriptor.value as Bound, place as string | symbol);
    return descriptor;
  }

  return decorate as DualMethodDecorator<Bound>;
}

function isContext(place: unknown): place is { readonly kind: string; readonly name: string | symbol } {
  return typeof place === 'object' && place !== null && 'kind' in place;
}

function isMethodDescriptor(descriptor: unknown): descriptor is { value: AnyMethod } {
  return typeof (descriptor as PropertyDescriptor | undefined)?.value === 'function';
}

function legacyPlace(key: unknown, descriptor: unknown): string {
  if (typeof descriptor === 'number') return `parameter ${descriptor} of ${String(key ?? 'constructor')}`;
  if (key === undefined) return 'a class';
  return descriptor === undefined ? `the field ${String(key)}` : `the accessor ${String(key)}`;
}

function misplaced(place: string): TypeError {
  return new TypeError(`a method decorator belongs on a method, not on ${place}`);
}

/** The part of reflect-metadata that is needed here; there only if somebody has loaded it. */
interface MetadataReflect {
  getOwnMetadataKeys?(target: object): unknown[];
  getOwnMetadata(key: unknown, target: object): unknown;
  hasOwnMetadata(key: unknown, target: object): boolean;
  defineMetadata(key: unknown, value: unknown, target: object): void;
}

/** What `wrap` has put on its function itself stays, but for its name and length. */
function dressAs(wrapped: AnyMethod, method: AnyMethod): void {
  for (const key of Reflect.ownKeys(method)) {
    const kept = key !== 'name' && key !== 'length' && Object.hasOwn(wrapped, key);
    if (kept || ofOneFunctionOnly.includes(key)) continue;
    Object.defineProperty(wrapped, key, Object.getOwnPropertyDescriptor(method, key) ?? {});
  }
  const metadata: Partial<MetadataReflect> = Reflect as object;
  for (const key of metadata.getOwnMetadataKeys?.(method) ?? []) {
    if (metadata.hasOwnMetadata?.(key, wrapped)) continue;
    metadata.defineMetadata?.(key, metadata.getOwnMetadata?.(key, method), wrapped);
  }
}

// Functions compiled to ES5 own these.
const ofOneFunctionOnly: readonly (string | symbol)[] = ['prototype', 'arguments', 'caller'];
