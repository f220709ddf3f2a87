import type { Source } from '../base/model.ts';

/** News of a download. */
export type DownloadEvent =
  | {
      readonly type: 'source';
      readonly source: Source;
      /** The host, or the Python package, in words. */
      readonly place: string;
      readonly state: 'trying' | 'failed';
      readonly reason?: string;
    }
  | {
      /** The bytes were not the pinned ones. They are fetched once more by one connection, or, in a repair, compared with the source. */
      readonly type: 'restarted';
      readonly compares: boolean;
      readonly reason: string;
    }
  | DownloadProgress;

/** Where a download stands. At most ten a second; `receivedBytes` never goes down; 100 % only when verified. */
export interface DownloadProgress {
  readonly type: 'progress';
  readonly phase: 'waiting' | 'downloading' | 'verifying' | 'done';
  readonly receivedBytes: number;
  readonly totalBytes?: number;
  /** Mean over the last five seconds. */
  readonly bytesPerSecond: number;
  /** With phase waiting: how long (where that is known), and why. */
  readonly waitMs?: number;
  readonly reason?: string;
}
