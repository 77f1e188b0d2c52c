/** The pids of all processes below this one, parents before their children. */
export function descendants(root: number): number[];
