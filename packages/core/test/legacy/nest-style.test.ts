import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type BuiltPackage, buildPackage } from '../built-package.ts';
import type * as Orders from './nest-style/orders.service.ts';

const require = createRequire(import.meta.url);
let built: BuiltPackage;
let folder: string;
let orders: typeof Orders;

/** What a Nest project does: TypeScript's own compiler, legacy decorators with metadata, CommonJS, the built package. */
beforeAll(async () => {
  built = await buildPackage();
  folder = await mkdtemp(join(tmpdir(), 'xc-nest-style-'));
  const source = await readFile(new URL('./nest-style/orders.service.ts', import.meta.url), 'utf8');
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: {
      module: ts.ModuleKind.CommonJS,
      target: ts.ScriptTarget.ES2021,
      experimentalDecorators: true,
      emitDecoratorMetadata: true,
    },
  });
  const file = join(folder, 'orders.service.cjs');
  await writeFile(
    file,
    outputText
      .replace('"@xc/core"', JSON.stringify(built.file('index.cjs')))
      .replace('"reflect-metadata"', JSON.stringify(require.resolve('reflect-metadata'))),
  );
  orders = require(file);
}, 60_000);

afterAll(async () => {
  await built[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

test('a service of a Nest-style CommonJS project keeps what its framework knows of it, and is decorated', async () => {
  const { OrdersService, OrdersRepository, log } = orders;
  const [Repository] = Reflect.getMetadata('design:paramtypes', OrdersService);
  expect(Repository).toBe(OrdersRepository);
  const service = new OrdersService(new Repository());

  await expect(service.order('7')).resolves.toBe('order 7');
  expect(service.close('7', true)).toBe('closed 7');
  expect(log).toEqual(['order(7)', 'close(7,true)']);

  const { order, close } = OrdersService.prototype;
  expect([order.name, order.length, close.name, close.length]).toEqual(['order', 1, 'close', 2]);
  expect([Reflect.getMetadata('path', order), Reflect.getMetadata('roles', order)]).toEqual(['/orders', ['clerk']]);
  expect(Reflect.getMetadata('roles', close)).toEqual(['admin']);
  expect(Reflect.getMetadata('design:paramtypes', OrdersService.prototype, 'order')).toEqual([String]);
  expect(Reflect.getMetadata('design:returntype', OrdersService.prototype, 'order')).toBe(Promise);
});
