import type { Span, SpanAttributes, Tracer } from '@xc/core';
import { currentContext, type RequestContext, runInContext } from '@xc/core/context';
import { ManualClock } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { createQueue } from '../queue/create-queue.ts';
import { batch } from '../worker/batch.ts';

interface Told {
  readonly name: string;
  readonly attributes: SpanAttributes | undefined;
  readonly parent: string | undefined;
  failed: unknown;
}

/** Remembers spans; a carrier names the span that it comes from. */
function recordingTracer(padding = ''): { readonly tracer: Tracer; readonly spans: Told[] } {
  const spans: Told[] = [];
  let parent: string | undefined;
  const within = <T>(next: string | undefined, fn: () => T): T => {
    const before = parent;
    parent = next;
    try {
      return fn();
    } finally {
      parent = before;
    }
  };
  const tracer: Tracer = {
    span(name, fn, attributes) {
      const told: Told = { name, attributes, parent, failed: undefined };
      const span: Span = {
        set() {},
        fail(error) {
          told.failed = error;
        },
      };
      spans.push(told);
      return within(`${name} ${spans.length}`, () => fn(span));
    },
    inject: () => ({ traceparent: parent ?? 'none', ...(padding === '' ? {} : { tracestate: padding }) }),
    continue: (carrier, fn) => within(carrier.traceparent, fn),
  };
  return { tracer, spans };
}

const clock = new ManualClock();

test('sends in a span, and handles in a span that continues it, in the context of the caller', async () => {
  const { tracer, spans } = recordingTracer();
  await using queue = createQueue('main', { clock, tracer });
  const contexts: (RequestContext | undefined)[] = [];
  const worker = queue.work(async () => {
    contexts.push(currentContext());
    await undefined;
    contexts.push(currentContext());
  });
  const context = { correlationId: 'c-1', tenant: 'acme', subject: 'ada' };
  const ref = await runInContext(context, () => queue.add('t', 1));
  await queue.add('t', 2, { trace: 'none' });
  await worker.idle();
  const carried = { correlationId: 'c-1', tenant: 'acme' };
  expect(contexts.filter((each) => each !== undefined)).toEqual([carried, carried]);
  const [send, , ...handled] = spans;
  expect(send).toMatchObject({ name: 'main send', attributes: { 'messaging.system': 'xc' } });
  expect(handled[0]).toMatchObject({
    name: 'main process',
    parent: 'main send 1',
    attributes: {
      ...{ 'messaging.system': 'xc', 'messaging.destination.name': 'main', 'messaging.message.id': ref.id },
      ...{ attempt: 1, delivery: 1 },
    },
  });
  expect(handled[1]).toMatchObject({ name: 'main process', parent: undefined });
});

test('marks the span of a handler that throws', async () => {
  const { tracer, spans } = recordingTracer();
  await using queue = createQueue('main', { clock, tracer, maxAttempts: 1 });
  const worker = queue.work(() => {
    throw new Error('broken');
  });
  await queue.add('t', 1);
  await worker.idle();
  expect(spans.at(-1)?.failed).toMatchObject({ message: 'broken' });
});

test('goes on with the trace where its state is too large, and leaves that out', async () => {
  const { tracer, spans } = recordingTracer('x'.repeat(3_000));
  const carriers: unknown[] = [];
  const seen: Tracer = {
    ...tracer,
    continue(carrier, fn) {
      carriers.push(carrier);
      return tracer.continue(carrier, fn);
    },
  };
  await using queue = createQueue('main', { clock, tracer: seen });
  const worker = queue.work(() => {});
  await queue.add('t', 1);
  await worker.idle();
  expect(carriers).toEqual([{ traceparent: 'main send 1' }]);
  expect(spans.map(({ parent }) => parent)).toEqual([undefined, 'main send 1']);
});

test('keeps the correlation id where nothing of the trace is small enough', async () => {
  const { tracer } = recordingTracer();
  const large: Tracer = { ...tracer, inject: () => ({ traceparent: 'x'.repeat(1_100) }) };
  await using queue = createQueue('main', { clock, tracer: large });
  let seen: RequestContext | undefined;
  const worker = queue.work(() => {
    seen = currentContext();
  });
  await runInContext({ correlationId: 'c1' }, () => queue.add('t', 1));
  await worker.idle();
  expect(seen?.correlationId).toBe('c1');
});

test('handles a batch in one span that names where its jobs come from', async () => {
  const { tracer, spans } = recordingTracer();
  await using queue = createQueue('main', { clock, tracer });
  const worker = queue.work({ t: batch(() => {}, { lingerMs: 0 }) });
  await queue.addMany([1, 2].map((data) => ({ type: 't', data })));
  await worker.idle();
  expect(spans.map(({ name }) => name)).toEqual(['main send', 'main process']);
  expect(spans[1]?.attributes).toMatchObject({ links: 'main send 1,main send 1', 'messaging.batch.message_count': 2 });
});

test('runs a handler in no context but that of its own caller', async () => {
  await using queue = createQueue('main', { clock });
  const seen: (string | undefined)[] = [];
  const worker = queue.work(async () => {
    seen.push(currentContext()?.correlationId);
  });
  await worker.ready();
  await runInContext({ correlationId: 'of the adder' }, () => queue.add('t', 1, { trace: 'none' }));
  await runInContext({ correlationId: 'first' }, () => queue.add('t', 1));
  await runInContext({ correlationId: 'second' }, () => queue.add('t', 1, { trace: 'none' }));
  await worker.idle();
  expect(seen).toEqual([undefined, 'first', undefined]);
});
