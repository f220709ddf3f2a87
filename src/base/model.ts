/** The words everything else is about: models, their files, and where the bytes come from. */

/** 64 lower-case hexadecimal digits. */
export type Sha256 = string;

/** The tiers there are, the lowest first. */
export const allTiers = [0, 1, 2, 3] as const;

/** 0 basic, 1 everyday, 2 advanced, 3 demanding: the class of tasks a model of this kind should manage. */
export type Tier = (typeof allTiers)[number];

/** A file of a repository of the model hub, at one commit or at a branch: what every entry of the catalogue has. */
export interface HubSource {
  readonly kind: 'hub';
  readonly repo: string;
  /** 40 hexadecimal digits, or a branch when the file is not pinned yet (default `main`). */
  readonly revision?: string;
  readonly path: string;
}

/** Every kind of source by its name. The others add themselves, each in its own file below `src/sources`. */
export interface SourceKinds {
  hub: HubSource;
}

/** A place that has the bytes. */
export type Source = SourceKinds[keyof SourceKinds];

/** Bytes on disk. All sources of a file have the same bytes; they are tried in order. */
export interface ModelFile {
  /** File name, ending in `.gguf`. */
  readonly name: string;
  readonly sizeBytes?: number;
  readonly sha256?: Sha256;
  readonly sources: readonly Source[];
}

/** How well the facts of a catalogue entry are proven; see docs/catalog.md. */
export type Confidence = string;

/** What the user names. */
export interface Model {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly family: string;
  readonly tier: Tier;
  readonly purposes: readonly string[];
  /** Billions of parameters. */
  readonly parametersB: number;
  /** Billions of parameters used for each token, where fewer than all (mixture of experts). */
  readonly activeParametersB?: number;
  readonly quantization: string;
  /** Tokens the model was trained for, where it is known before the file is here. */
  readonly contextLength?: number;
  /** SPDX identifier, or the maker's own name of the licence. */
  readonly license: string;
  /** As `general.architecture` in the file. */
  readonly architecture: string;
  /** One, or the parts of a split model in order. */
  readonly files: readonly ModelFile[];
  readonly confidence?: Confidence;
  readonly note?: string;
}
