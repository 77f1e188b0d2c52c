import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { sampleCodecs } from './sample-codecs.ts';

interface Vectors {
  readonly values: Readonly<Record<string, unknown>>;
  readonly cases: readonly { readonly codec: string; readonly value: string; readonly bytes: string }[];
}

const { values, cases }: Vectors = JSON.parse(
  readFileSync(new URL('./vectors/format-1.json', import.meta.url), 'utf8'),
);

test.each(cases)('$codec reads the envelope of $value that was written when format 1 was made', (golden) => {
  const bytes = Buffer.from(golden.bytes, 'base64');
  expect(sampleCodecs[golden.codec]?.decode(bytes, 'binding')).toEqual(values[golden.value]);
});

test('every codec has such an envelope', () => {
  expect(new Set(cases.map(({ codec }) => codec))).toEqual(new Set(Object.keys(sampleCodecs)));
});
