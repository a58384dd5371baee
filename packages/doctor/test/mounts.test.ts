import { expect, test } from 'vitest';
import { noexecMount } from '../src/gather/mounts.ts';

const mountinfo = `22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw
30 22 0:25 / /tmp rw,nosuid,nodev,noexec,relatime - tmpfs tmpfs rw
31 30 0:26 / /tmp/exec rw,relatime - tmpfs tmpfs rw
32 22 0:27 / /mnt/my\\040disk rw,noexec - vfat /dev/sdb1 rw
33 22 0:28 / /srv rw,noexec - ext4 /dev/sdc1 rw
34 22 0:29 / /srv rw - ext4 /dev/sdd1 rw
`;

test.each([
  ['/tmp/app.fcgi', '/tmp'],
  ['/mnt/my disk/app.fcgi', '/mnt/my disk'],
  ['/tmp/exec/app.fcgi', undefined],
  ['/tmpfile', undefined],
  ['/usr/bin/app', undefined],
  // The second covers the first.
  ['/srv/app.fcgi', undefined],
])('%s is on a disk from which nothing may be run: %s', (path, mount) => {
  expect(noexecMount(mountinfo, path)).toBe(mount);
});

test('a system without such a list forbids nothing', () => {
  expect(noexecMount('', '/tmp/app.fcgi')).toBeUndefined();
});
