import type { ScheduleOptions, When } from './schedule-options.ts';

/** What a schedule's stored text says. */
export interface ScheduleSpec {
  readonly when: When;
  readonly options: Omit<ScheduleOptions, 'signal'>;
}

/** As JSON: every process reads the same. */
export function writeSpec({ when, options }: ScheduleSpec): string {
  return JSON.stringify({ when, options });
}

/** What `writeSpec` has written. */
export function readSpec(text: string): ScheduleSpec {
  return JSON.parse(text) as ScheduleSpec;
}
