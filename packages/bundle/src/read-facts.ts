import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BundleFacts, FACTS } from './facts.ts';

/** The facts of the bundle in a folder. */
export function readFacts(folder: string): BundleFacts {
  return JSON.parse(readFileSync(join(folder, FACTS), 'utf8')) as BundleFacts;
}
