import type { Sha256, Source } from '../base/model.ts';
import type { ModelKind } from '../gguf/file-kind.ts';

/** A file in `models/`, as last seen. Size, time and inode say whether it is still the same bytes. */
export interface StoredFile {
  /** Path below `models/`. */
  readonly name: string;
  readonly sizeBytes: number;
  readonly mtimeMs: number;
  readonly inode: number;
  /** Digest of the bytes when luci last read them all. */
  readonly sha256?: Sha256;
}

/** Facts of the model from its file's header. */
export interface StoredFacts {
  readonly architecture: string;
  /** Billions. */
  readonly parametersB?: number;
  readonly quantization?: string;
  /** Tokens. */
  readonly contextLength?: number;
  /** Of a mixture of experts; missing in an index that older versions wrote. */
  readonly expertCount?: number;
  /** What it is for; missing in an index that older versions wrote. */
  readonly kind?: ModelKind;
  /** What it takes in memory at the smallest context it is opened with; missing in an index that older versions wrote. */
  readonly memoryBytes?: number;
}

/** What the index keeps of a model. */
export interface ModelRecord {
  readonly name: string;
  /** Parts of a split model in order. */
  readonly files: readonly StoredFile[];
  readonly facts?: StoredFacts;
  /** What is wrong with the file, when it is no model. */
  readonly problem?: string;
  /** Whether the last reading of all bytes found others than it was installed with. */
  readonly damaged?: boolean;
  readonly source?: Source;
  readonly revision?: string;
  /** Whether a catalogue pin vouched for the bytes; false when only the first download did. */
  readonly vouched: boolean;
  /** The file was put there by luci, and changed since: what it should be is still known. */
  readonly wasFetched?: boolean;
  readonly installedAt: string;
}

/** A model on this machine. */
export interface InstalledModel extends ModelRecord {
  /** Absolute path of the (first) file. */
  readonly path: string;
  readonly sizeBytes: number;
  /** The digest of one file, or of each part. */
  readonly verified: boolean;
  readonly enabled: boolean;
  /** The user's choice for `ask` and `chat` without `-m`. */
  readonly isDefault: boolean;
}
