import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { toRulesYaml } from './to-rules-yaml.ts';

/** What YAML has to say beside what it means: signs, words, numbers, dates, line ends of every kind. */
const texts = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme-ascii' }),
  fc.constantFrom(
    'yes',
    'No',
    'null',
    '~',
    'on',
    '1',
    '1e3',
    '.inf',
    '0x1f',
    '2026-01-01',
    '12:30',
    '- a',
    '# a',
    'a: b',
    '{{ $value }}',
    '',
    ' a',
    'a ',
    'a\nb\n',
    '\u0085',
    '\u2028',
    '\ufeff',
    '!!str',
    '&a',
    '*a',
    '|',
    '>',
    '%',
    '@',
    '`',
    "'",
    '"',
    '\\',
    '=',
    '<<',
  ),
);
const alert = fc.record({
  alert: texts,
  expr: texts,
  for: texts,
  labels: fc.dictionary(texts, texts),
  annotations: fc.dictionary(texts, texts),
});
const recording = fc.record({ record: texts, expr: texts });

test('reads back as what was written, whatever the strings hold', () => {
  const group = fc.record({ name: texts, rules: fc.array(fc.oneof(alert, recording)) });
  fc.assert(
    fc.property(fc.array(group), (groups) => {
      for (const version of ['1.1', '1.2'] as const) {
        expect(parse(toRulesYaml(groups), { version })).toEqual(JSON.parse(JSON.stringify({ groups })));
      }
    }),
    { numRuns: 500 },
  );
});

test('is written as a person would: plain words plain, the rest quoted', () => {
  const rules = [{ alert: 'Slow', expr: 'x > 1', for: '5m', annotations: { summary: '{{ $value }} is\ntoo much' } }];
  expect(toRulesYaml([{ name: 'a', interval: '30s', rules }])).toBe(`groups:
  - name: a
    interval: "30s"
    rules:
      - alert: Slow
        expr: "x > 1"
        for: "5m"
        annotations:
          summary: "{{ $value }} is\\ntoo much"
`);
});

test('writes signs of control as escapes, since no reader of YAML takes them as they are', () => {
  const summary = 'a\u0000\u0007\u007f\u0080\u009f\ufffe\uffff\ud800z';
  const text = toRulesYaml([{ name: 'group', rules: [{ alert: 'Down', expr: 'up == 0', annotations: { summary } }] }]);
  expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  expect(text).toContain('\\u0007\\u007f\\u0080\\u009f\\ufffe\\uffff\ufffdz');
});
