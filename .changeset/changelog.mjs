// How the changelogs read: what was written for the users, without hashes, and siblings in one line.

/**
 * @param {{ summary: string }} changeset
 * @returns {Promise<string>}
 */
async function getReleaseLine({ summary }) {
  const [first, ...others] = summary.trim().split('\n');
  return [`- ${first}`, ...others.map((line) => (line === '' ? '' : `  ${line}`))].join('\n');
}

/**
 * @param {unknown} _changesets
 * @param {ReadonlyArray<{ name: string, newVersion: string }>} dependencies
 * @returns {Promise<string>}
 */
async function getDependencyReleaseLine(_changesets, dependencies) {
  if (dependencies.length === 0) return '';
  const names = dependencies.map(({ name, newVersion }) => `\`${name}\` ${newVersion}`);
  return `- Works with ${names.join(', ')}.`;
}

export default { getReleaseLine, getDependencyReleaseLine };
