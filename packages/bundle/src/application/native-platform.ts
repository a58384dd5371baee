import { closeSync, openSync, readSync } from 'node:fs';

/** Enough for the fields of all three formats. */
const HEAD = 512;

const ELF_MACHINES: Readonly<Record<number, string>> = {
  3: 'ia32',
  40: 'arm',
  62: 'x64',
  183: 'arm64',
  243: 'riscv64',
};
const MACH_MACHINES: Readonly<Record<number, string>> = { 16777223: 'x64', 16777228: 'arm64' };
const PE_MACHINES: Readonly<Record<number, string>> = { 332: 'ia32', 34404: 'x64', 43620: 'arm64' };

/**
 * What a native module has been made for, by its head: ELF, Mach-O or PE.
 *
 * @returns in the words of Node: `linux-x64`, `darwin-arm64`; `unknown` for anything else
 */
export function nativePlatform(file: string): string {
  const head = Buffer.alloc(HEAD);
  const descriptor = openSync(file, 'r');
  try {
    readSync(descriptor, head, 0, HEAD, 0);
  } finally {
    closeSync(descriptor);
  }
  const named = (system: string, machine: string | undefined) => `${system}-${machine ?? 'unknown'}`;
  if (head.readUInt32BE(0) === 0x7f454c46) return named('linux', ELF_MACHINES[head.readUInt16LE(18)]);
  if (head.readUInt32LE(0) === 0xfeedfacf) return named('darwin', MACH_MACHINES[head.readUInt32LE(4)]);
  if (head.readUInt32BE(0) === 0xcafebabe) return 'darwin-universal';
  const pe = head.readUInt16BE(0) === 0x4d5a ? head.readUInt32LE(0x3c) : HEAD;
  if (pe + 6 <= HEAD && head.readUInt32BE(pe) === 0x50450000)
    return named('win32', PE_MACHINES[head.readUInt16LE(pe + 4)]);
  return 'unknown';
}
