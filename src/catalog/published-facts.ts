import { readFileSync } from 'node:fs';
import type { HubSource, Model } from '../base/model.ts';
import { dataPath } from '../base/parts.ts';

/** What is published of models beside their files: when they came out, and where their licences can be read. Apart from the catalogue, which not every question reads. */

/** A month, `2024-09`, and the catalogue's names of the models that came out in it. */
interface Release {
  readonly released: string;
  readonly models: readonly string[];
}

/** All months that are known; of many models none is. */
export function readReleases(): readonly Release[] {
  return read<readonly Release[]>('releases.json');
}

/** Addresses of licences by the name the catalogue has for them. */
export function readLicences(): Readonly<Record<string, string>> {
  return read<Readonly<Record<string, string>>>('licences.json');
}

/** The month in which the makers of a model published it, `2024-09`; undefined where it is not known. */
export function releasedIn(name: string): string | undefined {
  return readReleases().find(({ models }) => models.includes(name))?.released;
}

/** Where the terms of a model can be read: the text of its licence, or the page of its repository where only that names them. */
export function licenceAddress({ license, files: [file] }: Pick<Model, 'license' | 'files'>): string | undefined {
  const licences = readLicences();
  if (Object.hasOwn(licences, license)) return licences[license];
  const hub = file?.sources.find(({ kind }) => kind === 'hub') as HubSource | undefined;
  return hub && `https://huggingface.co/${hub.repo}`;
}

function read<Data>(file: string): Data {
  return JSON.parse(readFileSync(dataPath('catalog', file), 'utf8')) as Data;
}
