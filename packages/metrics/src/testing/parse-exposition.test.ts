import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseExposition } from './parse-exposition.ts';

interface CorpusCase {
  readonly name: string;
  readonly good: boolean;
  readonly text: string;
}

const corpus = new URL('../../../../../shared/corpus/openmetrics-parser.json', import.meta.url);
const cases: readonly CorpusCase[] = existsSync(corpus) ? JSON.parse(readFileSync(corpus, 'utf8')).cases : [];

describe('the parser cases of the OpenMetrics project', () => {
  test.skipIf(cases.length === 0)('are all there (skipped where the corpus is not)', () => {
    expect([cases.filter(({ good }) => good).length, cases.filter(({ good }) => !good).length]).toEqual([44, 167]);
  });

  for (const { name, good, text } of cases) {
    test(`${name} is ${good ? 'accepted' : 'refused with its line'}`, () => {
      if (good) parseExposition(text, 'openmetrics');
      else expect(() => parseExposition(text, 'openmetrics')).toThrow(/^line \d+: /);
    });
  }
});
