#!/bin/busybox sh
# The first process of a guest. Its kernel makes variables of what its command line says:
#   disk     its disk, such as vda; if that has a program /guest, it goes on as that, with the disk as its root
#   address  of its card
bb=/bin/busybox
$bb mount -t proc proc /proc
$bb mount -t devtmpfs devtmpfs /dev
$bb mount -t sysfs sysfs /sys
for driver in $($bb cat /modules/order); do
  $bb insmod "/modules/$driver.ko" || echo "no driver $driver"
done
tries=0
while [ ! -b "/dev/$disk" ] && [ $tries -lt 600 ]; do # disks are looked for in the background
  $bb usleep 50000
  tries=$((tries + 1))
done
if ! $bb mount -t ext4 "/dev/$disk" /data; then
  $bb dmesg | $bb tail -n 3
  $bb poweroff -f
fi
$bb ifconfig lo 127.0.0.1 up
$bb ifconfig eth0 "$address" netmask 255.255.255.0 up
$bb stty -echo
if [ -x /data/guest ]; then
  for place in dev proc sys; do $bb mount -o move /$place /data/$place; done
  exec $bb switch_root -c /dev/console /data /guest
fi
exec $bb sh /worker.sh $bb /data 8080 iflag=direct
