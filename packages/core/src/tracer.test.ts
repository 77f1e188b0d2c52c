import { describe, expect, test } from 'vitest';
import { noopTracer } from './tracer.ts';

describe('noopTracer', () => {
  test('runs the function of a span and gives back the very result, promise or not', async () => {
    const promise = Promise.resolve(5);
    expect(noopTracer.span('work', () => 5)).toBe(5);
    expect(noopTracer.span('work', () => promise, { attempt: 1 })).toBe(promise);
    const marked = noopTracer.span('work', (span) => {
      span.set({ attempt: 1 });
      span.fail(new Error('in the span'));
      return 'went on';
    });
    expect(marked).toBe('went on');
  });

  test('lets errors through', () => {
    const error = new Error('of the work');
    const work = () => {
      throw error;
    };
    expect(() => noopTracer.span('work', work)).toThrow(error);
    expect(() => noopTracer.continue({}, work)).toThrow(error);
  });

  test('carries no context, and goes on from any', () => {
    expect(noopTracer.inject()).toEqual({});
    expect(() => Object.assign(noopTracer.inject(), { traceparent: 'x' })).toThrow(TypeError);
    expect(noopTracer.continue({ traceparent: undefined }, () => 5)).toBe(5);
  });
});
