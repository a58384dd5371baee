import type { WebServerName } from '../../web-server-names.ts';

/** One setting in a configuration. */
export interface Directive {
  readonly name: string;
  readonly args: readonly string[];
  /** `file:line`. */
  readonly at: string;
}

/** An application, or a program, that a configuration names. */
export interface ConfiguredPlace {
  /** As the client writes it. */
  readonly address: string;
  readonly at: string;
}

/** What a configuration says about FastCGI. */
export interface Configuration {
  readonly product: WebServerName;
  /** All that were read. */
  readonly files: readonly string[];
  readonly directives: readonly Directive[];
  /** Where the web server speaks FastCGI. */
  readonly addresses: readonly ConfiguredPlace[];
  /** Where it speaks HTTP. */
  readonly httpAddresses: readonly ConfiguredPlace[];
  /** What it starts. */
  readonly programs: readonly { readonly path: string; readonly at: string }[];
  /** Whom it runs as, by name. */
  readonly user?: string;
  /** Bytes of the largest head of an answer; `Infinity` where there is no limit worth the name. */
  readonly headLimit: number;
}

/** How one product's configuration is read. */
export type ConfigurationReader = (file: string) => Promise<Omit<Configuration, 'product'>>;
