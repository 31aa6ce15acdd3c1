# What a place does, the same in each: sh worker.sh BUSYBOX DATA LISTEN [FLAG]
#   BUSYBOX  the one program that does all the work
#   DATA     a directory to write in
#   LISTEN   [ADDRESS:]PORT of a small server
#   FLAG     for reading files: iflag=direct goes past the place's own cache
# Then, line by line, "WORKLOAD COUNT" is done so many times; after each "=CODE=" is said, and an error before it.
bb=$1 data=$2 listen=$3 flag=$4

repeat() {
  left=$1
  shift
  while [ "$left" -gt 0 ]; do
    "$@" || return
    left=$((left - 1))
  done
}

do_prepare() {
  $bb mkdir -p "$data/www" &&
    echo hello >"$data/www/small" &&
    $bb dd if=/dev/zero of="$data/www/large" bs=1M count=16 &&
    $bb dd if=/dev/zero of="$data/read" bs=1M count=32 conv=fsync || return
  $bb httpd -f -p "$listen" -h "$data/www" &
  server=$!
}
do_cpu() {
  left=$1
  while [ "$left" -gt 0 ]; do left=$((left - 1)); done
}
do_memory() { $bb dd if=/dev/zero of=/dev/null bs=32M count="$1"; }
do_syscalls() { $bb dd if=/dev/zero of=/dev/null bs=1 count="$1"; }
do_processes() { repeat "$1" "$bb" true; }
do_write() { $bb dd if=/dev/zero of="$data/write" bs=256k count="$1" conv=fsync; }
do_sync() { repeat "$1" "$bb" dd if=/dev/zero of="$data/sync" bs=4k count=1 conv=fsync; }
# shellcheck disable=SC2086 # no flag is no word
do_read() { repeat "$1" "$bb" dd if="$data/read" of=/dev/null bs=256k $flag; }

echo =ready=
$bb mkdir -p "$data"
while read -r workload count; do
  "do_$workload" "$count" >/dev/null 2>"$data/errors"
  code=$?
  [ $code = 0 ] || $bb tail -n 1 "$data/errors"
  echo "=$code="
done
[ -z "$server" ] || kill "$server"
