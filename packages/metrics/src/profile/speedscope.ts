import { type CallTree, type Frame, keyOf } from './call-tree.ts';

/**
 * A profile in the file format of speedscope, sampled and weighed in microseconds.
 *
 * Source: https://github.com/jlfwong/speedscope, "File format schema".
 */
export function speedscope({ samples }: CallTree, name: string): string {
  const frames = new Map<string, { readonly index: number; readonly frame: Frame }>();
  const indexOf = (frame: Frame) => {
    const key = keyOf(frame);
    const known = frames.get(key) ?? { index: frames.size, frame };
    frames.set(key, known);
    return known.index;
  };
  const stacks = samples.map(({ stack }) => stack.map(indexOf));
  const weights = samples.map(({ micros }) => micros);
  return JSON.stringify({
    $schema: 'https://www.speedscope.app/file-format-schema.json',
    name,
    exporter: '@xc/metrics',
    activeProfileIndex: 0,
    shared: {
      frames: [...frames.values()].map(({ frame }) => ({
        name: frame.name,
        ...(frame.url === '' ? {} : { file: frame.url, line: frame.line }),
      })),
    },
    profiles: [
      {
        type: 'sampled',
        name,
        unit: 'microseconds',
        startValue: 0,
        endValue: weights.reduce((sum, weight) => sum + weight, 0),
        samples: stacks,
        weights,
      },
    ],
  });
}
