import type { SystemProgram } from '../../../tooling/src/system-packages.mjs';
import type { Launcher, Setup, Transport } from '../setup.ts';
import { type CaseName, conformanceList, type Deviations, siteList } from './conformance-list.ts';
import { describeConformance } from './describe-setup.ts';

/** A way in which an application is reached. */
export interface Way {
  readonly launcher?: Launcher;
  readonly name: string;
  readonly transport?: Transport;
}

/** Connections to an application that listens. */
export const listening: readonly Way[] = [
  { name: 'over a Unix socket' },
  { name: 'over TCP', transport: 'tcp' },
];

/** The application as a program that the web server starts. */
export const started: Way = { name: 'that it starts itself', launcher: 'web server' };

/** A web server in every configuration that there is for it. */
export interface SiteOptions extends Pick<Setup, 'start'> {
  readonly deviations?: Deviations;
  /** What holds below a prefix no more. */
  readonly deviationsBelow?: Deviations;
  readonly name: string;
  readonly programs: readonly SystemProgram[];
  /** Whether the application has to be told its prefix, default false. */
  readonly tellsMount?: boolean;
  readonly ways: readonly Way[];
  /** Cases that are about what this web server does not do. */
  readonly without?: readonly CaseName[];
}

const PREFIX = '/yourapplication';

const applications = ['express-app', 'hono-app'] as const;

/** A web server in one configuration, in front of one application. */
interface Site {
  readonly application: (typeof applications)[number];
  readonly mount: string;
  readonly way: Way;
}

function allSites({ ways }: SiteOptions): Site[] {
  return applications.flatMap((application) =>
    ways.flatMap((way) => ['', PREFIX].map((mount) => ({ application, mount, way }))),
  );
}

/**
 * Defines the tests of the first configuration: a Node listener at the root, reached in the first way. They are all of
 * the conformance list and what a configuration can spoil besides.
 *
 * @param options the web server
 */
export function describeFirstSite(options: SiteOptions): void {
  for (const site of allSites(options).slice(0, 1)) describeSite(options, site);
}

/**
 * Defines the tests of all other configurations: at the root and below a prefix, in every way to an application, for a
 * Node listener and a fetch function. The configurations are what `@fcgi-js/configs` prints.
 *
 * @param options the web server
 */
export function describeOtherSites(options: SiteOptions): void {
  for (const site of allSites(options).slice(1)) describeSite(options, site);
}

function describeSite(options: SiteOptions, { application, mount, way }: Site): void {
  const { deviations, deviationsBelow, name, programs, start, tellsMount = false, without = [] } = options;
  const atRoot = mount === '';
  const kind = application === 'express-app' ? 'a Node listener' : 'a fetch function';
  // Below a prefix, nothing is new but the URLs.
  const list = atRoot ? [...conformanceList, ...siteList] : [...siteList];
  const left: readonly string[] = atRoot ? [...without, 'prefixInOtherWords', 'siblings'] : without;
  describeConformance(
    {
      application,
      ...way,
      deviations: { ...deviations, ...(atRoot ? {} : deviationsBelow) },
      mount,
      name: `${name}: ${kind} ${way.name}, ${atRoot ? 'at the root' : 'below a prefix'}`,
      programs,
      start,
      tellsMount: tellsMount && !atRoot,
    },
    new Map(list.filter(([title]) => !left.includes(title))),
  );
}
