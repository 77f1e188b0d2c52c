declare module 'fastq' {
  /** A queue of calls of `worker`, so many at once. */
  export function promise<Task, Result>(
    worker: (task: Task) => Promise<Result>,
    concurrency: number,
  ): { push(task: Task): Promise<Result> };
}
