import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { AbortWatch } from './abort-watch.ts';

const listeners = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length;

test('has one listener for all who wait, and none once they are gone', () => {
  const watch = new AbortWatch();
  const controller = new AbortController();
  const { signal } = controller;
  const heard: number[] = [];
  const stops = Array.from({ length: 20 }, (_, n) => watch.on(signal, () => heard.push(n)));
  expect(listeners(signal)).toBe(1);
  for (const stop of stops) stop();
  expect(listeners(signal)).toBe(0);
  const stop = watch.on(signal, () => heard.push(-1));
  stops[0]?.();
  expect(listeners(signal)).toBe(1);
  controller.abort();
  stop();
  expect(heard).toEqual([-1]);
  expect(listeners(signal)).toBe(0);
});

test('calls nobody who stops while the others are called', () => {
  const watch = new AbortWatch();
  const controller = new AbortController();
  const heard: string[] = [];
  watch.on(controller.signal, () => {
    heard.push('first');
    stop();
  });
  const stop = watch.on(controller.signal, () => heard.push('second'));
  controller.abort();
  expect(heard).toEqual(['first']);
});
