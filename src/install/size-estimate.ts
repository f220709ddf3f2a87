import type { Model } from '../base/model.ts';

/** Bytes from parameters and back, for files whose size nobody stated. */

/** Bits a weight of the common quantizations, measured over llama-like files of the catalogue; others are taken as Q4_K_M. */
const bitsPerWeight: Readonly<Record<string, number>> = {
  Q2_K: 3.2,
  Q3_K_M: 3.95,
  Q4_0: 4.6,
  Q4_1: 5.1,
  Q4_K_S: 4.65,
  Q4_K_M: 4.9,
  Q5_K_M: 5.75,
  Q6_K: 6.6,
  Q8_0: 8.5,
  F16: 16,
  BF16: 16,
  F32: 32,
};

function bitsOf(quantization: string): number {
  return bitsPerWeight[quantization.toUpperCase()] ?? 4.9;
}

/** About how large a file is. */
export function bytesFromParameters(parametersB: number, quantization: string): number {
  return Math.round((parametersB * 1e9 * bitsOf(quantization)) / 8);
}

/** About how many parameters (billions) a file holds. */
export function parametersFromBytes(sizeBytes: number, quantization: string): number {
  return Math.round((sizeBytes * 8) / bitsOf(quantization) / 1e7) / 100;
}

/** Bytes of all files, or undefined where the size of one is not stated. */
export function statedBytes({ files }: Model): number | undefined {
  return files.reduce<number | undefined>(
    (sum, file) => (sum === undefined || file.sizeBytes === undefined ? undefined : sum + file.sizeBytes),
    0,
  );
}
