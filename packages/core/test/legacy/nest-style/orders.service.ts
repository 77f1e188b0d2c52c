import 'reflect-metadata';
import { type AnyMethod, methodDecorator } from '@xc/core';

export const log: string[] = [];

/** What a framework does to a class that it builds: nothing but to make the compiler write down its parameters. */
function Injectable(): ClassDecorator {
  return () => {};
}

function SetMetadata(key: string, value: unknown): MethodDecorator {
  return (_target, _name, descriptor) => {
    Reflect.defineMetadata(key, value, descriptor.value as object);
  };
}

/** Applies decorators by hand and ignores what they return. */
function applyDecorators(...decorators: MethodDecorator[]): MethodDecorator {
  return (target, name, descriptor) => {
    for (const decorator of decorators) decorator(target, name, descriptor);
  };
}

const Logged = methodDecorator(<M extends AnyMethod>(method: M, name: string) => {
  return function (this: unknown, ...args: unknown[]) {
    log.push(`${name}(${args})`);
    return Reflect.apply(method, this as never, args as never[]);
  } as unknown as M;
});

@Injectable()
export class OrdersRepository {
  find(id: string): string {
    return `order ${id}`;
  }
}

@Injectable()
export class OrdersService {
  private readonly repository: OrdersRepository;

  constructor(repository: OrdersRepository) {
    this.repository = repository;
  }

  @SetMetadata('path', '/orders')
  @Logged
  @SetMetadata('roles', ['clerk'])
  async order(id: string): Promise<string> {
    return this.repository.find(id);
  }

  @applyDecorators(Logged as MethodDecorator, SetMetadata('roles', ['admin']))
  close(id: string, _force?: boolean): string {
    return `closed ${id}`;
  }
}
