import { readdirSync, readFileSync } from 'node:fs';

/** One request as a real web server passed it on; see `captures/README.md`. */
export interface Capture {
  /** `<server>-<configuration>/<request>`. */
  readonly name: string;
  /** Where the application is mounted for the client: '' or `/yourapplication`. */
  readonly prefix: string;
  /** The request target that the client sent, or null where there was no HTTP request. */
  readonly target: string | null;
  /** What the application was asked to be (FastCGI 1.0 §6): 1 responder, 2 authorizer. */
  readonly role: number;
  /** In the order received, repeated names included; each character is one byte. */
  readonly params: readonly (readonly [name: string, value: string])[];
}

const folder = new URL('../captures/', import.meta.url);

/** Every captured request, of all web servers. */
export const captures: readonly Capture[] = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .flatMap((file) => JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Capture[]);
