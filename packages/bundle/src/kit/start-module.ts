/**
 * The module that starts another one, unless Node is too old for it: such a Node could not read it, and would not say why. Written for any
 * Node with ES modules.
 */
export function startModule(needed: string, module: string): string {
  return `const needed = '${needed}';
const isOlder = (one, other) => {
  for (let index = 0; index < 3; index += 1) if (one[index] !== other[index]) return one[index] < other[index];
  return false;
};
const numbers = (version) => version.split('.').map(Number);
if (isOlder(numbers(process.versions.node), numbers(needed))) {
  console.error(\`This needs Node \${needed} or later, and \${process.execPath} is \${process.versions.node}. Choose a newer one in the panel of the host, or unpack one into ~/node.\`);
  process.exit(1);
}
import('./${module}').catch((error) => {
  console.error(error);
  process.exit(1);
});
`;
}
