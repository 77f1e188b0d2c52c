import fc from 'fast-check';
import { type Item, isInnerList, parseDictionary, parseItem, parseList, serializeList } from 'structured-headers';
import { expect, test } from 'vitest';
import {
  type BareItem,
  otherItem,
  parseStructuredDictionary,
  parseStructuredItem,
  parseStructuredList,
  type StructuredItem,
} from './structured-field.ts';

const pieces = [
  'a',
  'r',
  '*',
  '_k',
  '=',
  ';',
  ', ',
  ',',
  ' ',
  '\t',
  '"',
  '"x"',
  '\\"',
  '\\\\',
  '1',
  '-',
  '0',
  '.',
  '1.5',
  '1.125',
  '1.2345',
  '123456789012345',
  '1234567890123456',
  '?0',
  '?1',
  '?',
  ':',
  ':YQ==:',
  '@',
  '@1',
  '(',
  ')',
  '%"',
  '%"%c3%a9"',
  '%',
  '/',
  'T',
  '\n',
  'é',
  '-0',
];
const nearly = fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map((parts) => parts.join(''));
const anything = fc.oneof(nearly, nearly, fc.string());

/** A value of the other parser as this one gives it. `1.0` is an Integer to it, so the text decides. */
function bare(value: unknown): BareItem {
  if (value instanceof ArrayBuffer) return Buffer.from(value);
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  return typeof value === 'number' && Number.isInteger(value) ? value + 0 : otherItem;
}

function item([value, parameters]: Item): StructuredItem {
  return { value: bare(value), parameters: new Map([...parameters].map(([key, one]) => [key, bare(one)])) };
}

function attempt<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch {
    return undefined;
  }
}

// The other parser has no way to tell 1.0 from 1, and takes a Date only at the end of the text.
const tellsApart = (text: string) => !/\d\.0|@-?\d+[^\d]/.test(text);

test('takes the Lists that another parser takes, and reads the same', () => {
  fc.assert(
    fc.property(anything.filter(tellsApart), (text) => {
      const theirs = attempt(() => parseList(text));
      const read = theirs?.map((member) => (isInnerList(member) ? item([Symbol() as never, member[1]]) : item(member)));
      expect(parseStructuredList(text)).toEqual(read);
    }),
    { numRuns: 20_000 },
  );
});

test('takes the Dictionaries that another parser takes, and reads the same', () => {
  fc.assert(
    fc.property(anything.filter(tellsApart), (text) => {
      const theirs = attempt(() => parseDictionary(text));
      const read =
        theirs &&
        new Map(
          [...theirs].map(([key, member]) => [
            key,
            isInnerList(member) ? item([Symbol() as never, member[1]]) : item(member as Item),
          ]),
        );
      expect(parseStructuredDictionary(text)).toEqual(read);
    }),
    { numRuns: 20_000 },
  );
});

test('takes the Items that another parser takes, and reads the same', () => {
  fc.assert(
    fc.property(anything.filter(tellsApart), (text) => {
      const theirs = attempt(() => parseItem(text));
      expect(parseStructuredItem(text)).toEqual(theirs && item(theirs));
    }),
    { numRuns: 20_000 },
  );
});

test('reads back what another serializer writes', () => {
  const text = fc.stringMatching(/^[ -~]*$/);
  const member = fc.tuple(text, fc.record({ r: fc.integer(), t: fc.nat(), pk: fc.uint8Array(), x: text }));
  fc.assert(
    fc.property(fc.array(member, { minLength: 1 }), (members) => {
      const items = members.map(([name, { r, t, pk, x }]): Item => {
        return [
          name,
          new Map<string, number | ArrayBuffer | string>([
            ['r', r],
            ['t', t],
            ['pk', pk.slice().buffer],
            ['x', x],
          ]),
        ];
      });
      expect(parseStructuredList(serializeList(items))).toEqual(items.map(item));
    }),
  );
});

test('takes a time that grows with the length of its input and no faster, and never throws', () => {
  for (const piece of [...pieces, '"a";r=1, ', 'a=1, ', ';a', '(1 ', '"\\', '%"%c3', ':a']) {
    const text = piece.repeat(200_000 / piece.length);
    const from = performance.now();
    for (const given of [text, `"${text}`, `a;${text}`, `a=${text}`]) {
      parseStructuredList(given);
      parseStructuredDictionary(given);
    }
    expect(performance.now() - from).toBeLessThan(5_000);
  }
});
