import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer as createNetServer, type Server } from 'node:net';
import { join } from 'node:path';
import { createServer, isFcgiListenSocket } from '@fcgi-js/server';
import { expect, onTestFinished, test } from 'vitest';
import { scratchFolder } from '../support/harness.ts';

/*
 * Node resolves links to packages, as pnpm and npm workspaces make them, with fs.realpathSync, which looks at the numbers of
 * the last stat call of anyone in the process: if that was about a socket or a pipe, the link is taken for the package itself,
 * and the package then does not find its dependencies.
 */

/** Packages that are links, as pnpm makes them. */
function linkedPackages(folder: string, names: readonly string[]): (name: string) => string {
  mkdirSync(join(folder, 'node_modules'));
  for (const name of names) {
    mkdirSync(join(folder, 'store', name), { recursive: true });
    writeFileSync(join(folder, 'store', name, 'index.js'), '');
    symlinkSync(`../store/${name}`, join(folder, 'node_modules', name));
  }
  const { resolve } = createRequire(join(folder, 'app.js'));
  return (name) => resolve(name).slice(folder.length);
}

async function listeningDescriptor(path: string): Promise<number> {
  const server: Server & { _handle?: { fd: number } } = createNetServer();
  await new Promise<void>((resolve) => server.listen({ path }, resolve));
  onTestFinished(() => void server.close());
  return server._handle!.fd;
}

test('what the server looks at does not keep the application from finding linked packages', async () => {
  const folder = scratchFolder();
  const packages = ['first', 'asked', 'listening', 'closed'];
  const find = linkedPackages(folder, packages);
  // From now on Node knows the folder, as it knows that of an application.
  expect(find('first')).toBe('/store/first/index.js');
  isFcgiListenSocket(await listeningDescriptor(join(folder, 'other.sock')));
  expect(find('asked')).toBe('/store/asked/index.js');
  const server = createServer({ responder: () => 0 });
  await server.listen(`unix:${join(folder, 'app.sock')}`);
  expect(find('listening')).toBe('/store/listening/index.js');
  await server.close();
  expect(find('closed')).toBe('/store/closed/index.js');
});
