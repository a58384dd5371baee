import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createServer, type FcgiServer, fromNodeListener } from '@fcgi-js/server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type SystemProgram, skipReason } from '../../../tooling/src/system-packages.mjs';
import { HttpClient } from '../http.ts';
import { createScratchFolder, type ScratchFolder } from '../scratch-folder.ts';
import type { WebServer } from '../web-servers/web-server.ts';
import { PROGRAM, type Recipe } from './recipe.ts';

/** A recipe with the places that it names. */
export interface Site {
  /** Its document root. */
  readonly folder: string;
  /** The name by which a browser asks for it. */
  readonly host: string;
  /** What stands in the site. */
  readonly text: string;
}

/** A web server that serves all recipes of a table at once, each under a name of its own. */
export interface Kitchen {
  readonly name: string;
  readonly programs: readonly SystemProgram[];
  readonly recipes: readonly Recipe[];
  readonly start: (folder: string, sites: readonly Site[]) => Promise<WebServer>;
}

const SERVER = fileURLToPath(new URL('../../../server/dist/index.js', import.meta.url));

/** Where a program in a document root writes what it has to say. */
const LOG = 'said.log';

/** The application as a program: what it sees of the URL. */
const program = (folder: string, mount: string | undefined) => `#!${process.execPath}
import(${JSON.stringify(SERVER)}).then(({ createServer, fromNodeListener }) => {
  createServer({
    ...${JSON.stringify(mount === undefined ? {} : { mount })},
    onError: (error) => require('fs').appendFileSync(${JSON.stringify(join(folder, LOG))}, error + '\\n'),
    responder: fromNodeListener((req, res) => res.end(JSON.stringify([req.baseUrl, req.url]))),
  }).listen('fd:0');
});
`;

/** Follows each recipe, and asks for its pages. */
export function followRecipes({ name, programs, recipes, start }: Kitchen): void {
  const reason = skipReason(...programs);
  describe.skipIf(reason !== undefined)(`${name}${reason === undefined ? '' : `: ${reason}`}`, () => {
    let scratch: ScratchFolder;
    let webServer: WebServer | undefined;
    const servers: FcgiServer[] = [];
    const said = new Map<Recipe, string[]>();

    beforeAll(async () => {
      scratch = await createScratchFolder();
      const sites: Site[] = [];
      for (const [index, recipe] of recipes.entries()) {
        const folder = join(scratch.path, `site-${index}`);
        await writeFiles(folder, recipe);
        const socket = join(scratch.path, `${index}.sock`);
        const lines: string[] = [];
        said.set(recipe, lines);
        const server = serve(recipe, lines);
        servers.push(server);
        await server.listen(`unix:${socket}`);
        const port = (await server.listen('127.0.0.1:0')).split(':').at(-1) ?? '';
        const places = { FOLDER: folder, PORT: port, SOCKET: socket };
        const text = (recipe.site ?? '').replace(/FOLDER|PORT|SOCKET/g, (name) => Reflect.get(places, name));
        sites.push({ folder, host: `site-${index}.test`, text });
      }
      webServer = await start(scratch.path, sites);
    });

    afterAll(async () => {
      await webServer?.stop();
      await Promise.all(servers.map((server) => server.close({ timeout: 0 })));
      scratch.remove();
    });

    test.for([...recipes.entries()].map(([index, recipe]) => ({ ...recipe, index, recipe })))(
      '$name',
      async ({ asks, index, recipe, says }) => {
        const url = webServer?.url ?? new URL('http://127.0.0.1');
        const client = new HttpClient(url);
        const seen: unknown[] = [];
        for (const [path] of asks) {
          const answer = await client.request({ headers: { host: `site-${index}.test` }, path });
          seen.push([path, ...(answer.status === 200 ? (answer.json() as string[]) : [answer.status])]);
        }
        expect(seen).toEqual(asks);
        const lines = [...(said.get(recipe) ?? []), ...(await logOf(join(scratch.path, `site-${index}`)))];
        if (says === undefined) expect(lines).toEqual([]);
        else expect(lines.join('\n')).toMatch(says);
      },
    );
  });
}

async function writeFiles(folder: string, { files = {}, mount }: Recipe): Promise<void> {
  await mkdir(folder);
  // The group of the folder above is the web server's, and passes on.
  await chmod(folder, 0o2775);
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text === PROGRAM ? program(folder, mount) : text);
    await chmod(path, text === PROGRAM ? 0o755 : 0o644);
  }
}

function serve({ mount }: Recipe, lines: string[]): FcgiServer {
  return createServer({
    onError: (error) => lines.push(String(error)),
    responder: fromNodeListener((req, res) => {
      res.end(JSON.stringify([Reflect.get(req, 'baseUrl'), req.url]));
    }),
    ...(mount === undefined ? {} : { mount }),
  });
}

/** What a program that the web server has started has said. */
async function logOf(folder: string): Promise<string[]> {
  const text = await readFile(join(folder, LOG), 'utf8').catch(() => '');
  return text.split('\n').filter((line) => line !== '');
}
