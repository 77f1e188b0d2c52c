import 'reflect-metadata';
import { expect, expectTypeOf, test } from 'vitest';
import { RateLimited } from '../../src/calls/rate-limited.ts';
import { rejected, scriptedLimiter } from '../scripted-limiter.ts';

const { limiter, asked } = scriptedLimiter<string>(rejected);

function Route(path: string): MethodDecorator {
  return (_target, _key, descriptor) => {
    Reflect.defineMetadata('path', path, descriptor.value as object);
  };
}

class Users {
  readonly names = new Map([['1', 'Ada']]);

  @RateLimited(limiter)
  @Route('/users/:id')
  async byId(id: string): Promise<string | undefined> {
    return this.names.get(id);
  }

  @RateLimited(limiter, { subject: () => 'all', cost: () => 3 })
  static async count(): Promise<number> {
    return 7;
  }

  // @ts-expect-error a method that is not async would become so
  @RateLimited(limiter)
  sync(): number {
    return 1;
  }
}

test('limits the methods of a legacy class, and keeps their signature and metadata', async () => {
  await expect(new Users().byId('1')).rejects.toMatchObject({ code: 'XC_RATELIMIT_REJECTED', retryAfterMs: 250 });
  await expect(new Users().byId('1')).resolves.toBe('Ada');
  await expect(Users.count()).resolves.toBe(7);
  expect(asked.map(([method, subject]) => [method, subject])).toEqual([
    ['take', '1'],
    ['take', '1'],
    ['take', 'all'],
  ]);
  expect(asked[2]?.[2]).toEqual({ cost: 3 });
  expect(Reflect.getMetadata('path', Users.prototype.byId)).toBe('/users/:id');
  expect(Users.prototype.byId.name).toBe('byId');
  expectTypeOf<Users['byId']>().toEqualTypeOf<(id: string) => Promise<string | undefined>>();
});
