import { type AnyMethod, type DualMethodDecorator, methodDecorator } from './method-decorator.ts';

// What a decorator may be put on, in the TC39 dialect; test/legacy holds its twin.
const Any = methodDecorator((method) => method);
const Async = methodDecorator<(...args: never[]) => PromiseLike<unknown>>((method) => method);
const ById = methodDecorator<(id: string, ...rest: never[]) => Promise<unknown>>((method) => method);
const WithStore = methodDecorator<(this: { readonly store: string }, ...args: never[]) => unknown>((method) => method);
const Open: DualMethodDecorator = Any;

export class Fits {
  readonly store = 'memory';

  @Any plain(): number {
    return 1;
  }

  @Open @Any @Async async stacked(id: string): Promise<string> {
    return id;
  }

  @Any generic<T>(value: T): T {
    return value;
  }

  @Any withThis(this: Fits, by: number): number {
    return by;
  }

  @ById async byId(id: string): Promise<string> {
    return id;
  }

  @ById async byIdAndMore(id: string, count = 1, ...rest: string[]): Promise<string> {
    return id.repeat(count) + rest;
  }

  @WithStore stored(key: string): string {
    return key;
  }

  @Any static shared(): void {}

  @Async async #hidden(id: string): Promise<string> {
    return id;
  }

  @Async static async #hiddenStatic(): Promise<string> {
    return 'x';
  }

  async use(): Promise<[string, string, number]> {
    // The decorated method keeps its own type, type parameters included.
    return [await this.#hidden('x'), await Fits.#hiddenStatic(), this.generic(5)];
  }
}

export class DoesNotFit {
  // @ts-expect-error: not asynchronous
  @Async sync(id: string): string {
    return id;
  }

  // @ts-expect-error: the id is a number
  @ById async byNumber(id: number): Promise<number> {
    return id;
  }

  // @ts-expect-error: there is no store
  @WithStore stored(this: { readonly other: string }): void {}

  // @ts-expect-error: a field
  @Any field = 1;

  // @ts-expect-error: a field that holds a function
  @Any arrow = () => 1;

  // @ts-expect-error: a getter
  @Any get got(): number {
    return 1;
  }

  // @ts-expect-error: a setter
  @Any set put(_value: number) {}

  // @ts-expect-error: an accessor
  @Any accessor auto = 1;
}

// @ts-expect-error: a class
@Any
export class Whole {}

// @ts-expect-error: what is no method cannot be asked for
export type NoMethod = DualMethodDecorator<string>;

methodDecorator<(...args: never[]) => Promise<unknown>>((method, name) => {
  const text: string = name;
  const fits: AnyMethod = method;
  return Object.assign(method, { text, fits });
});

// @ts-expect-error: what comes back must be able to stand for the method
methodDecorator((_method) => () => 1);
