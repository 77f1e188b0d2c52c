import { expect, test } from 'vitest';
import { AbortWatch } from './abort-watch.ts';

test('tells everybody who is still there, once each, with one listener on the signal', () => {
  const watch = new AbortWatch();
  const abort = new AbortController();
  let listeners = 0;
  const { signal } = abort;
  const add = signal.addEventListener.bind(signal);
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    listeners++;
    add(...args);
  };
  const told: number[] = [];
  const all = Array.from({ length: 20 }, (_, at) => ({ aborted: () => void told.push(at) }));
  for (const one of all) watch.add(signal, one);
  for (const one of all.slice(5)) watch.drop(signal, one);
  abort.abort();
  expect(told).toEqual([0, 1, 2, 3, 4]);
  expect(listeners).toBe(1);
});

test('leaves nothing on a signal that nobody watches', () => {
  const watch = new AbortWatch();
  const { signal } = new AbortController();
  let removed = 0;
  const remove = signal.removeEventListener.bind(signal);
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    removed++;
    remove(...args);
  };
  const [one, other] = [{ aborted() {} }, { aborted() {} }];
  watch.add(signal, one);
  watch.add(signal, other);
  watch.drop(signal, one);
  watch.drop(signal, one);
  expect(removed).toBe(0);
  watch.drop(signal, other);
  expect(removed).toBe(1);
});
