import { describe, expect, test } from 'vitest';
import { createMetrics } from '../create-metrics.ts';
import { expectSeries, parseExposition, seriesOf } from './index.ts';

describe('the parser of text 0.0.4', () => {
  test('reads every type, comments, blank lines and loose spaces', () => {
    const text = [
      '# a comment',
      '#another',
      '',
      '# HELP http_x Help with \\\\ and \\n and "quotes".',
      '# TYPE http_x counter',
      'http_x{method="post",code="200",} 1027 1395066363000',
      'http_x { method = "get" , code="400" }\t3',
      '# TYPE rpc summary',
      'rpc{quantile="0.5"} NaN',
      'rpc_sum 1.7560473e+07',
      'rpc_count 2693',
      '# TYPE h histogram',
      'h_bucket{le="0.05"} 24054',
      'h_bucket{le="+Inf"} 144320',
      'h_sum -5',
      'h_count 144320',
      'metric_without_timestamp_and_labels 12.47',
      'something_weird{problem="division by zero"} +Inf -3982045',
      '',
    ].join('\n');
    const families = parseExposition(text, 'text');
    expect(families.map(({ name, type }) => [name, type])).toEqual([
      ['http_x', 'counter'],
      ['rpc', 'summary'],
      ['h', 'histogram'],
      ['metric_without_timestamp_and_labels', 'untyped'],
      ['something_weird', 'untyped'],
    ]);
    expect(families[0]).toMatchObject({
      help: 'Help with \\ and \n and "quotes".',
      samples: [
        { labels: { method: 'post', code: '200' }, value: 1027, timestamp: 1_395_066_363_000 },
        { labels: { method: 'get', code: '400' }, value: 3 },
      ],
    });
    expect(families.at(-1)?.samples[0]).toMatchObject({ value: Number.POSITIVE_INFINITY, timestamp: -3_982_045 });
  });

  test.each([
    ['no line feed at the end', 'a 1', 1],
    ['a value of another spelling', 'a Nan\n', 1],
    ['a type that is none', '# TYPE a meh\n', 1],
    ['a type of OpenMetrics', '# TYPE a info\n', 1],
    ['a type after its samples', 'a 1\n# TYPE a gauge\n', 2],
    ['a family in two places', 'a{x="1"} 1\nb 1\na{x="2"} 1\n', 3],
    ['a sample twice', 'a{x="1",y="2"} 1\na{y="2",x="1"} 1\n', 2],
    ['a label twice', 'a{x="1",x="2"} 1\n', 1],
    ['a label without quotes', 'a{x=1} 1\n', 1],
    ['a quote that is not escaped', 'a{x="""} 1\n', 1],
    ['a timestamp that is none', 'a 1 1.5\n', 1],
    ['too much on a line', 'a 1 1 1\n', 1],
    ['an exemplar', 'a 1 # {x="y"} 1\n', 1],
    ['a histogram without +Inf', '# TYPE h histogram\nh_bucket{le="1"} 1\n', 2],
    ['buckets that fall', '# TYPE h histogram\nh_bucket{le="1"} 2\nh_bucket{le="+Inf"} 1\n', 3],
    ['a count that is not that of +Inf', '# TYPE h histogram\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 2\n', 4],
    ['a sample of no histogram', '# TYPE h histogram\nh 1\n', 2],
    ['a quantile above 1', '# TYPE s summary\ns{quantile="2"} 1\n', 2],
  ])('refuses %s', (_what, text, line) => {
    expect(() => parseExposition(text, 'text')).toThrow(SyntaxError);
    expect(() => parseExposition(text, 'text')).toThrow(new RegExp(`^line ${line}: `));
  });
});

describe('the parser of OpenMetrics', () => {
  test('reads units, exemplars, timestamps, infos and states', () => {
    const text = [
      '# TYPE a_seconds counter',
      '# UNIT a_seconds seconds',
      '# HELP a_seconds A \\"b\\" \\\\ c.',
      'a_seconds_total{x="\\"\\\\\\n"} 3 1.5 # {trace_id="abc"} 0.5 1.25',
      '# TYPE build info',
      'build_info{version="1"} 1',
      '# TYPE color stateset',
      'color{color="red"} 1',
      'color{color="blue"} 0',
      '# EOF',
    ].join('\n');
    const [counter, info, states] = parseExposition(text, 'openmetrics');
    expect(counter).toEqual({
      name: 'a_seconds',
      type: 'counter',
      help: 'A "b" \\ c.',
      unit: 'seconds',
      samples: [
        {
          name: 'a_seconds_total',
          labels: { x: '"\\\n' },
          value: 3,
          timestamp: 1.5,
          exemplar: { labels: { trace_id: 'abc' }, value: 0.5, timestamp: 1.25 },
        },
      ],
    });
    expect([info?.type, states?.type, states?.samples.length]).toEqual(['info', 'stateset', 2]);
  });
});

test('series are shown by their label values, and compared whatever their order', () => {
  const metrics = createMetrics({ labels: { service: 'x' } });
  const counter = metrics.counter({ name: 'a_total', help: 'A.', labels: ['x', 'y'] });
  counter.at('2', '').inc(5);
  counter.at('1', '__proto__').inc();
  expect(seriesOf(metrics, 'a_total')).toEqual({ '2,': 5, '1,__proto__': 1 });
  expectSeries(metrics, 'a_total', { '1,__proto__': 1, '2,': 5 });
  expect(() => expectSeries(metrics, 'a_total', { '2,': 5 })).toThrow(/a_total is \{.*expected \{/);
  expect(() => seriesOf(metrics, 'b_total')).toThrow(new TypeError('there is no metric b_total'));
});
