import type { SystemProgram } from '../../../tooling/src/system-packages.mjs';
import type { Launcher, Setup, Transport } from '../setup.ts';
import { type CaseName, type Deviations, siteList } from './conformance-list.ts';
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

/**
 * Defines the tests of what a configuration can spoil: at the root and below a prefix, in every way to an application,
 * for a Node listener and a fetch function. The configurations are what `@fcgi-js/configs` prints.
 *
 * @param options the web server
 */
export function describeSites(options: SiteOptions): void {
  const {
    deviations,
    deviationsBelow,
    name,
    programs,
    start,
    tellsMount = false,
    ways,
    without = [],
  } = options;
  for (const application of ['express-app', 'hono-app'] as const) {
    for (const way of ways) {
      for (const mount of ['', PREFIX]) {
        const left: readonly string[] =
          mount === '' ? [...without, 'prefixInOtherWords', 'siblings'] : without;
        const kind = application === 'express-app' ? 'a Node listener' : 'a fetch function';
        describeConformance(
          {
            application,
            ...way,
            deviations: { ...deviations, ...(mount === '' ? {} : deviationsBelow) },
            mount,
            name: `${name}: ${kind} ${way.name}, ${mount === '' ? 'at the root' : 'below a prefix'}`,
            programs,
            start,
            tellsMount: tellsMount && mount !== '',
          },
          new Map([...siteList].filter(([title]) => !left.includes(title))),
        );
      }
    }
  }
}
