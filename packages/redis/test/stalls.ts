import { monitorEventLoopDelay } from 'node:perf_hooks';

/**
 * Watches how long this process stands still, so that a test of deadlines on a busy machine can tell its own lateness from
 * that of the machine.
 */
export function watchStalls(): { longestMs(): number } {
  const delays = monitorEventLoopDelay({ resolution: 1 });
  delays.enable();
  return {
    longestMs() {
      delays.disable();
      return delays.max / 1e6;
    },
  };
}
