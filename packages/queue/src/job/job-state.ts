/** Where a job stands. It is in one of these at a time; a job that was removed or not kept is in none. */
export type JobState = 'blocked' | 'delayed' | 'waiting' | 'active' | 'done' | 'dead' | 'cancelled';
