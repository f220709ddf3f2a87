/** HTTP statuses after which the same request may succeed later: the server is busy, slow, or has a fault of its own. */
export const retryableStatuses: readonly number[] = [408, 429, 500, 502, 503, 504];
