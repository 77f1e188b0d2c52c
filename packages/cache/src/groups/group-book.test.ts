import { expect, test } from 'vitest';
import { NameSpace } from '../keys/name-space.ts';
import { GroupBook } from './group-book.ts';

const root = new NameSpace('');
const nothing = { floor: 0n, lengths: [] };

function synced(told: boolean, latest: bigint): GroupBook {
  const book = new GroupBook(100);
  book.told = told;
  book.learn({ ...nothing, latest });
  return book;
}

test('a version that was looked up is not lowered by an older one that is heard late', () => {
  const book = synced(true, 10n);
  book.note(['t/a'], [10n, 0n], 10n);
  book.hear(['t/a'], false, [], 5n);
  expect(book.sharedStanding(7n, root, 'k', ['t/a'])).toBe('invalid');
});

test('what was looked up before its message came still ends what memory holds when it comes', () => {
  const book = synced(true, 10n);
  book.hear(['t/a'], false, [], 3n);
  const { moment } = book;
  book.note(['t/a'], [10n, 0n], 10n);
  expect(book.hear(['t/a'], false, [], 10n)).toBe(true);
  expect(book.standing(moment, root, 'k', ['t/a'])).toBe('invalid');
  expect(book.hear(['t/a'], false, [], 10n)).toBe(false);
});

test('asks for groups only below what it has followed since, and only once', () => {
  const book = synced(true, 10n);
  book.hear(['t/b'], false, [], 12n);
  expect(book.sharedStanding(11n, root, 'k', ['t/a'])).toBe('valid');
  expect(book.sharedStanding(11n, root, 'k', ['t/b'])).toBe('invalid');
  expect(book.sharedStanding(9n, root, 'k', ['t/a'])).toEqual(['t/a', 'n']);
  book.note(['t/a', 'n'], [0n, 0n, 0n, 0n], 12n);
  expect(book.sharedStanding(9n, root, 'k', ['t/a'])).toBe('valid');
});

test('believes nothing that it looked up any longer after messages were missed', () => {
  const book = synced(true, 10n);
  book.note(['t/a', 'n'], [0n, 0n, 0n, 0n], 10n);
  book.lose();
  expect(book.synced).toBe(false);
  book.learn({ ...nothing, latest: 20n });
  expect(book.sharedStanding(9n, root, 'k', ['t/a'])).toEqual(['t/a', 'n']);
});

test('without messages every newer version makes it ask again', () => {
  const book = synced(false, 10n);
  book.note(['n'], [0n, 0n], 10n);
  expect(book.sharedStanding(10n, root, 'k', [])).toBe('valid');
  book.learn({ ...nothing, latest: 11n });
  expect(book.sharedStanding(10n, root, 'k', [])).toEqual(['n']);
});

test('tells when the second level has lost versions', () => {
  const book = synced(true, 10n);
  expect(book.learn({ ...nothing, latest: 9n })).toBe(true);
  expect(book.latest).toBe(10n);
});

test('collapses the oldest, and calls what is older than they were invalid', () => {
  const book = new GroupBook(2);
  book.told = true;
  const old = book.moment;
  for (const tag of ['t/a', 't/b', 't/c']) book.bump([tag], false, []);
  expect(book.standing(old, root, 'k', ['t/z'])).toBe('invalid');
  expect(book.standing(book.moment, root, 'k', ['t/a'])).toBe('valid');
});

test('judges by all that was looked up for it, also where that is more than it can keep', () => {
  const book = new GroupBook(1);
  book.learn({ ...nothing, latest: 10n });
  const looked = book.note(['t/a', 't/b', 'n'], [0n, 0n, 8n, 0n, 0n, 0n], 10n);
  expect(book.sharedStanding(7n, root, 'k', ['t/a'])).toEqual(['t/a']);
  expect(book.sharedStanding(7n, root, 'k', ['t/a'], looked)).toBe('valid');
  expect(book.sharedStanding(7n, root, 'k', ['t/b'], looked)).toBe('invalid');
});
