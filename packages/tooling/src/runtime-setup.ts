import { inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** The runtime that the tests are meant to run in. */
    runtime: string;
  }
}

/** The globals that distinguish runtimes. Deno and Bun have `process` too, so it comes last. */
interface RuntimeGlobals {
  readonly Bun?: { readonly version: string };
  readonly Deno?: { readonly version: { readonly deno: string } };
  readonly document?: object;
  readonly navigator?: { readonly userAgent: string };
  readonly process?: { readonly versions: { readonly node: string } };
}

function currentRuntime({ Bun, Deno, document, navigator, process }: RuntimeGlobals): string {
  if (Deno !== undefined) return `deno ${Deno.version.deno}`;
  if (Bun !== undefined) return `bun ${Bun.version}`;
  if (document !== undefined) return /Chrome\//.test(navigator?.userAgent ?? '') ? 'chromium' : 'a browser';
  return `node ${process?.versions.node}`;
}

// Runs before every test file. vitest starts processes and pages of its own, and a pass in the wrong ones says nothing.
const expected = inject('runtime');
const found = currentRuntime(globalThis as RuntimeGlobals);
if (found !== expected) throw new Error(`These tests are to run in ${expected}, but this is ${found}.`);
