export { type FakeFactory, type FakeFactoryOptions, type FakeResource, fakeFactory } from './fake-factory.ts';
