// Which tests run when. `npm test` is for every change, and must stay short enough for that; `npm run test:release` is for
// the rest: other runtimes and web server configurations, tarballs, and what takes its time by design.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './workspace.mjs';

/** @typedef {'test' | 'release'} Gate */

/**
 * @typedef {object} Kind
 * @property {string} what
 * @property {Gate} gate
 * @property {boolean} [alone] whether its files run one at a time, since they need the machine for themselves
 * @property {string[]} files folders and files below the root
 */

/**
 * Every kind of test. A file belongs to the first kind that names it or a folder it is in.
 * @type {readonly Kind[]}
 */
export const kinds = [
  {
    what: 'web servers in their other configurations: prefixes, ways to an application, options, published recipes',
    gate: 'release',
    files: [
      'packages/e2e/test/matrix',
      'packages/e2e/test/recipes',
      'packages/tooling/test/guides-of-other-servers.test.ts',
    ],
  },
  {
    what: 'WebSockets behind each web server, over reloads',
    gate: 'release',
    files: ['packages/e2e/test/upgrades'],
  },
  {
    what: 'several hosts, and systemd as process 1, in namespaces',
    gate: 'release',
    alone: true,
    files: ['packages/e2e/test/hosts', 'packages/e2e/test/run/systemd.test.ts'],
  },
  {
    what: 'long streams of random, hostile and very many requests',
    gate: 'release',
    alone: true,
    files: [
      'packages/e2e/test/closing-under-load.test.ts',
      'packages/e2e/test/event-streams.test.ts',
      'packages/e2e/test/run/chaos.test.ts',
      'packages/e2e/test/run/killed.test.ts',
      'packages/e2e/test/run/several-applications.test.ts',
      'packages/e2e/test/run/succession.test.ts',
      'packages/e2e/test/run/under-load.test.ts',
      'packages/e2e/test/wire/crowds.test.ts',
      'packages/e2e/test/wire/desync.test.ts',
      'packages/e2e/test/wire/differential.test.ts',
      'packages/e2e/test/wire/floods.test.ts',
      'packages/e2e/test/wire/fuzz.test.ts',
      'packages/e2e/test/wire/guided.test.ts',
      'packages/e2e/test/wire/hostile-application.test.ts',
      'packages/e2e/test/wire/hostile-endless.test.ts',
      'packages/e2e/test/wire/soak.test.ts',
    ],
  },
  {
    what: 'the conformance suite with the targets of other languages and with each web server',
    gate: 'release',
    files: ['packages/e2e/test/conformance-suite'],
  },
  {
    what: 'applications with an APM agent, with child processes, or with ports beside the one that is served',
    gate: 'release',
    files: [
      'packages/e2e/test/run/monitoring.test.ts',
      'packages/runner/test/child-processes.test.ts',
      'packages/runner/test/second-port.test.ts',
    ],
  },
  {
    what: 'the benchmark itself',
    gate: 'release',
    alone: true,
    files: ['packages/bench/test/smoke.test.ts'],
  },
  {
    what: 'other versions of Node, other runtimes',
    gate: 'release',
    files: [
      'packages/tooling/test/address-space.test.ts',
      'packages/tooling/test/jsr.test.ts',
      'packages/tooling/test/node-versions.test.ts',
      'packages/tooling/test/permissions.test.ts',
      'packages/tooling/test/runtimes.test.ts',
    ],
  },
  {
    what: 'pages in Chromium',
    gate: 'release',
    files: [
      'packages/cli/test/dev/browser.test.ts',
      'packages/runner/test/status/browser.test.ts',
      'packages/site/test/site.test.ts',
    ],
  },
  {
    what: 'applications of meta-frameworks, built by the real packages; programs of guides that use packages of others',
    gate: 'release',
    files: [
      'packages/e2e/test/meta-frameworks.test.ts',
      'packages/tooling/test/programs-of-integrations.test.ts',
    ],
  },
  {
    what: 'sites in PHP: WordPress with its database, a public folder like that of Laravel',
    gate: 'release',
    files: ['packages/e2e/test/php-sites'],
  },
  {
    what: 'bundles for shared hosts, served from their folder alone',
    gate: 'release',
    files: ['packages/e2e/test/bundle'],
  },
  {
    what: 'tarballs, installed by npm and pnpm; a rehearsal of a release; a fresh clone',
    gate: 'release',
    files: [
      'packages/tooling/test/fresh-clone.test.ts',
      'packages/tooling/test/installation.test.ts',
      'packages/tooling/test/release.test.ts',
    ],
  },
  {
    what: 'every regular expression, analysed anew',
    gate: 'release',
    files: ['packages/tooling/test/every-regular-expression.test.ts'],
  },
  {
    what: 'units, on the Node that runs the tests',
    gate: 'test',
    files: [
      'packages/bench/test',
      'packages/bundle/test',
      'packages/cli/test',
      'packages/client/test',
      'packages/configs/test',
      'packages/conformance/test',
      'packages/dev/test',
      'packages/doctor/test',
      'packages/fcgi-js/test',
      'packages/init/test',
      'packages/inspector/test',
      'packages/middleware/test',
      'packages/protocol/test',
      'packages/runner/test',
      'packages/server/test',
      'packages/site/test',
      'packages/test-support/test',
    ],
  },
  {
    what: 'each web server with the conformance list; the runner, the doctor, frameworks, other FastCGI programs',
    gate: 'test',
    files: ['packages/e2e/test'],
  },
  {
    what: 'the repository: layers, guides, links, translations, changesets, what is packed',
    gate: 'test',
    files: ['packages/tooling/test'],
  },
];

/** Packages of which every line and branch must run: their tests run while that is measured, and not again. */
export const coveredPackages = ['packages/middleware', 'packages/protocol'];

/** @returns {string[]} every test file, below the root, with forward slashes */
export function allTestFiles() {
  return readdirSync(join(root, 'packages')).flatMap((name) => testFiles(`packages/${name}/test`));
}

/**
 * @param {string} folder below the root
 * @returns {string[]}
 */
function testFiles(folder) {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.test.ts'))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();
}

/**
 * @param {string} file below the root
 * @returns {Kind | undefined}
 */
export function kindOf(file) {
  return kinds.find(({ files }) => files.some((each) => file === each || file.startsWith(`${each}/`)));
}

/**
 * The files of some gates.
 * @param {readonly Gate[]} gates
 */
export function filesOf(gates) {
  const files = allTestFiles().flatMap((file) => {
    const kind = kindOf(file);
    return kind !== undefined && gates.includes(kind.gate) ? [{ file, alone: kind.alone === true }] : [];
  });
  const covered = files.some(({ file }) => isCovered(file)) ? coveredPackages : [];
  const others = files.filter(({ file }) => !isCovered(file));
  return {
    /** Packages whose tests run while their coverage is measured. */
    covered,
    /** What runs side by side. */
    together: others.filter(({ alone }) => !alone).map(({ file }) => file),
    /** What runs one file at a time. */
    alone: others.filter(({ alone }) => alone).map(({ file }) => file),
  };
}

/** @param {string} file */
const isCovered = (file) => coveredPackages.some((name) => file.startsWith(`${name}/`));
