export { type FakeRegistry, fakeRegistry } from './fake-registry.ts';
export { parseExposition } from './parse-exposition.ts';
export type { ParsedExemplar, ParsedFamily, ParsedSample, ParsedType } from './parsed-family.ts';
export { expectSeries, seriesOf } from './series-of.ts';
