# Boots systemd as process 1 of namespaces of its own, with the units of one folder and no others, so that nothing of the
# machine is touched: what is mounted here is gone with the namespace, and /tmp and /run are empty ones.
# Arguments: the folder of the application, the folder of the repository.
set -e
mount --make-rprivate /
mount -t tmpfs -o mode=755 tmpfs /mnt
mkdir /mnt/repository
mount --rbind "$2" /mnt/repository
cp -a "$1" /mnt/app
chmod 755 /mnt/app
mount -t tmpfs -o mode=755 tmpfs /run
mkdir /run/units
cp /mnt/app/units/*.service /mnt/app/units/*.socket /run/units/
for target in basic boot network shutdown sockets sysinit; do
  printf '[Unit]\nDefaultDependencies=no\n' >"/run/units/$target.target"
done
echo 'Wants=app.socket' >>/run/units/boot.target
mount -t tmpfs -o mode=1777 tmpfs /tmp
umount /sys/fs/cgroup || true
mount -t cgroup2 cgroup2 /sys/fs/cgroup
cd /
none=/nonexistent
exec env -i container=lxc PATH="$PATH" \
  SYSTEMD_UNIT_PATH=/run/units SYSTEMD_GENERATOR_PATH=$none SYSTEMD_ENVIRONMENT_GENERATOR_PATH=$none \
  /lib/systemd/systemd --system --unit=boot.target --log-target=null --show-status=0
