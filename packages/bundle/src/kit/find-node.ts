/** No version of Node is this high yet: years of new ones are found as well. */
const NEWEST = 40;

/**
 * A script for other scripts: sets `node` to the first Node that is there, unless it names one. Where hosts keep several, the newest comes
 * first; the one in the home folder comes before those.
 *
 * @param needed the oldest version that is wanted
 */
export function findNodeScript(needed: string): string {
  const oldest = Number(needed.split('.')[0]);
  const versions = Array.from({ length: NEWEST - oldest + 1 }, (_, index) => NEWEST - index).join(' ');
  return `# Sets $node to the Node of this host, unless it names one. Needs Node ${needed} or later.
find_node() {
  for node in "$node" "$HOME/node/bin/node"; do
    [ -n "$node" ] && [ -x "$node" ] && return
  done
  # cPanel (CloudLinux and others), Plesk, nvm.
  for version in ${versions}; do
    for node in "$HOME"/nodevenv/*/"$version"/bin/node "$HOME"/nodevenv/*/*/"$version"/bin/node \\
      "/opt/alt/alt-nodejs$version/root/usr/bin/node" "/opt/cpanel/ea-nodejs$version/bin/node" \\
      "/opt/plesk/node/$version/bin/node" "$HOME/.nvm/versions/node/v$version."*/bin/node; do
      [ -x "$node" ] && return
    done
  done
  for node in "$(command -v node)" /usr/local/bin/node /usr/bin/node; do
    [ -n "$node" ] && [ -x "$node" ] && return
  done
  echo "There is no Node here that is ${needed} or later: neither in the panel's folders nor in $HOME/node. Unpack one from https://nodejs.org/en/download into $HOME/node" >&2
  exit 1
}
find_node
`;
}
