import { methodDecorator } from '@xc/core';

// What a decorator may be put on, in the legacy dialect; its twin stands beside the source.
const Any = methodDecorator((method) => method);
const Async = methodDecorator<(...args: never[]) => PromiseLike<unknown>>((method) => method);
const ById = methodDecorator<(id: string, ...rest: never[]) => Promise<unknown>>((method) => method);
const WithStore = methodDecorator<(this: { readonly store: string }, ...args: never[]) => unknown>((method) => method);

export class Fits {
  readonly store = 'memory';

  @Any plain(): number {
    return 1;
  }

  @Any @Async async stacked(id: string): Promise<string> {
    return id;
  }

  @Any generic<T>(value: T): T {
    return value;
  }

  @Any withThis(this: Fits, by: number): number {
    return by;
  }

  @ById async byIdAndMore(id: string, count = 1, ...rest: string[]): Promise<string> {
    return id.repeat(count) + rest;
  }

  @WithStore stored(key: string): string {
    return key;
  }

  @Any static shared(): void {}
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

  // @ts-expect-error: a parameter
  method(@Any _parameter: string): void {}
}

// @ts-expect-error: a class
@Any
export class Whole {}
