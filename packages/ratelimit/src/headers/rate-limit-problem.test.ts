import { expect, test } from 'vitest';
import { someDecision } from '../../test/some-decision.ts';
import vectors from '../../test/vectors/ratelimit.json' with { type: 'json' };
import { rateLimitProblem } from './rate-limit-problem.ts';

const daily = { name: 'daily', windowMs: 86_400_000, retryAfterMs: 3_000 };

test('answers a rejection with the problem document of the vectors', () => {
  const { status, contentType, body } = vectors.headers.problem;
  const problem = rateLimitProblem(someDecision([{ name: 'free', windowMs: 1_000, remaining: 1 }, daily]));
  expect(problem).toEqual({
    status,
    headers: {
      'Content-Type': contentType,
      'RateLimit-Policy': '"free";q=10;w=1, "daily";q=10;w=86400',
      RateLimit: '"free";r=1;t=0, "daily";r=0;t=3',
      'Retry-After': '3',
    },
    body,
  });
  expect(Object.keys(problem.body)).toEqual(Object.keys(body));
});

test('names the occurrence when it is told one', () => {
  const { body } = rateLimitProblem(someDecision([daily]), { instance: '/requests/4711' });
  expect(body.instance).toBe('/requests/4711');
});

test('answers 503 when a limit is closed because its store fails', () => {
  const decision = someDecision([{ ...daily, retryAfterMs: 500 }], { degraded: true, source: 'closed' });
  const { status, headers, body } = rateLimitProblem(decision);
  expect([status, headers['Retry-After'], body.type]).toEqual([
    503,
    '1',
    'https://iana.org/assignments/http-problem-types#temporary-reduced-capacity',
  ]);
  expect(rateLimitProblem({ ...decision, source: 'local' }).status).toBe(429);
});

test('calls a block abnormal usage', () => {
  const { status, body } = rateLimitProblem(someDecision([daily, { ...daily, name: 'ip', blocked: true }]));
  expect([status, body.type, body['violated-policies']]).toEqual([
    429,
    'https://iana.org/assignments/http-problem-types#abnormal-usage-detected',
    ['daily', 'ip'],
  ]);
});

test('does not answer for an allowed call', () => {
  expect(() => rateLimitProblem(someDecision([]))).toThrow(TypeError);
});
