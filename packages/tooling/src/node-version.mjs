import { readManifest, root } from './workspace.mjs';

/**
 * What is wrong with the running Node, in a sentence, or undefined if it will do.
 * @param {string} [running] a version such as `20.19.0`
 */
export function unsupportedNode(running = process.versions.node) {
  const needed = readManifest(root).engines?.node.replace('>=', '') ?? '';
  const [major = 0, minor = 0] = running.split('.').map(Number);
  const [leastMajor = 0, leastMinor = 0] = needed.split('.').map(Number);
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor)) return undefined;
  return `fcgi-js needs Node ${needed} or later; this is Node ${running}.`;
}
