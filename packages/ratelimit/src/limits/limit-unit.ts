/** What one unit of a limit is, as RateLimit headers name it. */
export type LimitUnit = 'requests' | 'content-bytes' | 'concurrent-requests';
