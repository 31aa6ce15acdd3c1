#!/bin/bash
# ./polder demo: shows what zones are, on a host of the demo's own, and leaves nothing behind.
set -uo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export POLDER_NO_BUILD=1
unset POLDER_HOST

keep=false
for word in "$@"; do
  case $word in
    --keep) keep=true ;;
    *)
      echo "polder: '$word' is not known; see ./polder demo --help" >&2
      exit 2
      ;;
  esac
done

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
  bold=$'\033[1m' dim=$'\033[2m' plain=$'\033[0m'
else
  bold='' dim='' plain=''
fi

say() { printf '\n%s==> %s%s\n' "$bold" "$*" "$plain"; }
show() { printf '%s$ %s%s\n' "$dim" "$*" "$plain"; }
polder() { "$root/polder" "$@"; }
fail() {
  printf 'polder: %s\n' "$*" >&2
  exit 1
}

if [ "$(id -u)" != 0 ]; then
  fail "the demo makes namespaces, mounts and control groups, so it needs root: run it as root"
fi

# 1. What is missing on this machine
missing=()
command -v mmdebstrap >/dev/null || missing+=(mmdebstrap) # makes the Debian userland
command -v nft >/dev/null || missing+=(nftables)          # networks need it
command -v qemu-system-x86_64 >/dev/null || missing+=(qemu-system-x86)
command -v mkfs.ext4 >/dev/null || missing+=(e2fsprogs) # for the virtual machine's disk
[ -x /bin/busybox ] || missing+=(busybox-static)        # and its first program
if [ ${#missing[@]} -gt 0 ]; then
  say "installing ${missing[*]} (apt)"
  command -v apt-get >/dev/null ||
    fail "${missing[*]} is missing and there is no apt-get: install it, then run the demo again"
  apt-get update -qq &&
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null ||
    fail "cannot install ${missing[*]}; apt's messages are above"
fi

# 2. A registry's program and a Debian userland, fetched once
cache=$root/.polder/demo
mkdir -p "$cache" 2>/dev/null && [ -w "$cache" ] || cache=${XDG_CACHE_HOME:-$HOME/.cache}/polder/demo
mkdir -p "$cache" || fail "cannot keep anything in $cache"

# Not installed: the package would start a service, and the demo leaves nothing behind.
registry=$(command -v docker-registry) || registry=$cache/docker-registry
if [ ! -x "$registry" ]; then
  say "fetching Debian's docker-registry, which the demo runs on the loopback interface"
  command -v apt-get >/dev/null ||
    fail "docker-registry is missing and there is no apt-get: install it, then run the demo again"
  part=$(mktemp -d "$cache/docker-registry.XXXXXX") || exit 1
  fetch() { (cd "$part" && apt-get download -qq -o APT::Sandbox::User=root docker-registry); }
  { fetch 2>/dev/null || { apt-get update -qq && fetch; }; } &&
    dpkg-deb -x "$part"/docker-registry_*.deb "$part/tree" &&
    mv "$part/tree/usr/bin/docker-registry" "$registry" ||
    { rm -rf "$part"; fail "cannot fetch docker-registry; apt's messages are above"; }
  rm -rf "$part"
fi

userland=$cache/debian-12.tar
if [ ! -f "$userland" ]; then
  say "making a Debian 12 userland with mmdebstrap; the next run takes it from $cache"
  rm -f "$cache"/debian-12.*.part.tar
  part=$cache/debian-12.$$.part.tar
  quiet=(--quiet)
  [ -t 2 ] && quiet=()
  mmdebstrap "${quiet[@]}" --variant=minbase --format=tar bookworm "$part" ||
    { rm -f "$part"; fail "mmdebstrap could not make the userland; its messages are above"; }
  mv "$part" "$userland"
fi

# 3. A Debian for a virtual machine: its kernel, and a disk with the same userland, which calls db
if [ ! -f "$cache/guest.raw" ] || [ "$cache/guest.raw" -ot "$userland" ]; then
  say "making a disk for a virtual machine; the next run takes it from $cache"
  "$JAVA_HOME/bin/java" --enable-native-access=polder.linux -p "$root/target/dist/lib" \
    -m polder.bench/polder.compare.GuestFiles "$cache/kernel" "$cache" || exit 1
  part=$(mktemp -d "$cache/guest.XXXXXX") || exit 1
  mkdir "$part/root" && tar -xf "$userland" -C "$part/root" --exclude='./dev/*' &&
    cat >"$part/root/guest" <<'END' && chmod 755 "$part/root/guest" &&
#!/bin/bash
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
. /etc/os-release
echo "$PRETTY_NAME, Linux $(uname -r), $(nproc) processor of its own"
while :; do
  says=$(timeout 3 bash -c 'cat </dev/tcp/10.77.0.20/5432' 2>/dev/null)
  echo "db says: ${says:-nothing}"
  sleep 1
done
END
    mkfs.ext4 -q -F -d "$part/root" "$part/guest.raw" 1G && mv "$part/guest.raw" "$cache/guest.raw" ||
    { rm -rf "$part"; fail "cannot make the disk"; }
  rm -rf "$part"
fi

# 4. A host of the demo's own
started=$EPOCHREALTIME
forwards=$(cat /proc/sys/net/ipv4/ip_forward) # a balance needs it; afterwards it is as before
POLDER_HOME=$(mktemp -d /tmp/polder-demo.XXXXXX)
export POLDER_HOME
other=''
served='' # where the registry keeps what it has

# Deletes all zones of a host, ends its daemon, and removes what is left of it.
leave() { # HOME
  local pid zone
  local -x POLDER_HOME=$1
  if pid=$(POLDER_START=no polder info -j 2>/dev/null | sed -n 's/.*"daemon_pid" *: *\([0-9]*\).*/\1/p') &&
    [ -n "$pid" ]; then
    while read -r zone; do
      POLDER_START=no polder delete --force "$zone" </dev/null || code=1
    done < <(POLDER_START=no polder list -q 2>/dev/null)
    POLDER_START=no polder balance delete shop >/dev/null 2>&1
    POLDER_START=no polder network delete backend >/dev/null 2>&1
    kill "$pid" 2>/dev/null
    for _ in {1..100}; do
      [ -d "/proc/$pid" ] || break
      sleep 0.1
    done
  fi
  if [ $code != 0 ] && [ -f "$POLDER_HOME/log/polderd.log" ]; then
    echo "The daemon's last words:" >&2
    tail -n 20 "$POLDER_HOME/log/polderd.log" >&2
  fi
  if grep -q " $POLDER_HOME/" /proc/self/mounts; then
    echo "polder: something is still mounted below $POLDER_HOME; it is left there" >&2
    code=1
  else
    rm -rf --one-file-system "$POLDER_HOME"
  fi
}

# Ends the registry, and removes what it has.
close_registry() {
  [ -n "$served" ] || return 0
  kill "$serving" 2>/dev/null
  wait "$serving" 2>/dev/null
  rm -rf --one-file-system "$served"
  served=''
}

cleanup() {
  code=$?
  trap - EXIT INT TERM
  close_registry
  if $keep && [ $code = 0 ]; then
    [ -z "$other" ] || leave "$other"
    printf '\nThe zones run on. Reach them with\n  export POLDER_HOME=%s\n  %s/polder list\n' \
      "$POLDER_HOME" "$root"
    exit 0
  fi
  say "cleaning up"
  leave "$POLDER_HOME"
  [ -z "$other" ] || leave "$other"
  echo "$forwards" >/proc/sys/net/ipv4/ip_forward
  exit $code
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

must() {
  show "polder $*"
  polder "$@" || fail "'polder $*' failed"
}

there() { # the same, on the second host
  show "POLDER_HOME=$other polder $*"
  POLDER_HOME=$other polder "$@" || fail "'polder $*' failed on the second host"
}

say "starting a daemon below $POLDER_HOME"
must info

say "the userland becomes an image, and goes to a registry on the loopback interface"
served=$(mktemp -d /tmp/polder-demo.XXXXXX)
answers() { (: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
port=$((20000 + RANDOM % 10000))
while answers $port; do port=$((port + 1)); done
cat >"$served/config.yml" <<END
version: 0.1
log: {level: error, accesslog: {disabled: true}}
storage: {filesystem: {rootdirectory: $served/data}}
http: {addr: "127.0.0.1:$port"}
END
"$registry" serve "$served/config.yml" >"$served/log" 2>&1 &
serving=$!
for _ in {1..100}; do
  answers $port && break
  [ -d "/proc/$serving" ] || fail "the registry does not start: $(tail -n 1 "$served/log")"
  sleep 0.1
done
image=127.0.0.1:$port/debian:12
must image import --name debian:12 "$userland"
must image push debian:12 "$image"
must image delete debian:12

say "from there it is pulled, as any image is"
must image pull "$image"
must image tag "$image" debian:12
must image list

say "two zones from examples/: one shares the host's userland, one has its own"
must create -f "$root/examples/shared.json"
must create -f "$root/examples/web.json"
must start shared web
must list -o alias,brand,state,pid,memory

# 5. Side by side: one kernel, and everything else apart
labels=() scripts=()
row() { # LABEL SCRIPT: the last line that SCRIPT prints on the host, in shared, in web
  labels+=("$1")
  scripts+=("$2")
}
every_row() { # RUN…: all scripts in one shell, a line each
  local all='' script
  for script in "${scripts[@]}"; do
    all+="{ $script; } 2>&1 | tail -n 1"$'\n'
  done
  "$@" sh -c "$all"
}
line() { printf '%-22s  %-30.30s  %-30.30s  %-30.30s\n' "$@"; }

row "kernel" 'uname -r'
row "userland" '. /etc/os-release; echo "$PRETTY_NAME"'
row "host name" 'cat /proc/sys/kernel/hostname'
row "user" 'echo "$(id -un), uid $(id -u)"'
row "  as the host sees it" 'read -r _ base _ </proc/self/uid_map; echo "uid $base"'
row "users known" 'wc -l </etc/passwd'
row "processes seen" 'set -- /proc/[0-9]*; echo $#'
row "process 1" 'cat /proc/1/comm'
row "mounts seen" 'wc -l </proc/self/mounts'
row "root file system" 'while read -r _ at kind _; do [ "$at" = / ] && echo "$kind"; done </proc/self/mounts'
row "may write /usr" '[ -w /usr/bin ] && echo yes || echo no'
row "capabilities" 'while read -r name set; do [ "$name" = CapEff: ] && echo "$set"; done </proc/self/status'
row "system call filter" 'while read -r name mode; do [ "$name" = Seccomp: ] && echo "$mode" | sed "s/0/none/; s/2/yes/"; done </proc/self/status'

say "side by side: the host, the native zone, the lx zone"
mapfile -t on_host < <(every_row env)
mapfile -t in_shared < <(every_row polder exec shared)
mapfile -t in_web < <(every_row polder exec web)
printf '%s' "$bold"
line '' host 'shared (native)' 'web (lx)'
printf '%s' "$plain"
for i in "${!labels[@]}"; do
  line "${labels[i]}" "${on_host[i]-}" "${in_shared[i]-}" "${in_web[i]-}"
done
of() { # LABEL PROPERTY: what the zones' payloads say
  line "$1" - "$(polder get shared "$2" 2>/dev/null || echo -)" "$(polder get web "$2" 2>/dev/null || echo -)"
}
of "memory, MiB" max_physical_memory
of "processes and threads" max_lwps
of "CPU, % of one" cpu_cap

say "exit codes come through"
code() {
  polder exec web "$@" >/dev/null 2>&1
  printf '%-50s %s\n' "exec web $*" "$?"
}
code true
code sh -c 'exit 42'
code sh -c 'kill -TERM $$'
code no-such-program
code /etc/passwd

say "changing a zone tells what takes hold when"
must update web max_physical_memory=96 hostname=shop tags.role=closed

say "a crash in one zone leaves the other untouched"
before=$(polder get shared pid)
show "polder kill -s SEGV web"
polder kill -s SEGV web
show "polder wait web"
polder wait web
must list -o alias,state,exit_status,pid
after=$(polder get shared pid)
[ "$before" = "$after" ] || fail "the other zone was touched: its pid was $before and is $after"
echo "shared still runs as process $after"
must start web
must exec web cat /proc/sys/kernel/hostname

say "web is broken, and rolled back to what it was"
must snapshot create web@before
must exec web rm -rf /etc /usr/lib
if polder exec web true >/dev/null 2>&1; then
  fail "web runs programs without its libraries"
fi
echo "web is broken"
must snapshot rollback --force web@before
must exec web sh -c '. /etc/os-release; echo "web runs $PRETTY_NAME again"'

say "ten clones of it"
clones=()
for i in {1..10}; do
  clones+=("web-$i")
  must clone web@before "web-$i"
done
must start web-10
must exec web-10 cat /proc/sys/kernel/hostname
must list -o alias,state
must delete --force "${clones[@]}"

say "two tiers on a switch of their own: web behind a balance, and db"
# A server of one sentence: PORT, what it says.
server='use IO::Socket::INET; my ($port, $says) = @ARGV; my $all = IO::Socket::INET->new(LocalPort => $port,
  Listen => 9, ReuseAddr => 1) or die $!; while (my $one = $all->accept) { print $one eval $says; close $one }'
orders='my $db = IO::Socket::INET->new(PeerAddr => "10.77.0.20:5432", Timeout => 5);
  "$ENV{ME} says: " . ($db ? <$db> : "no db\n")'
tier() { # NAME ADDRESS ROLE [PORT SAYS]
  local name=$1 address=$2 role=$3
  shift 3
  polder run -d --name "$name" -l "role=$role" -e "ME=$name" --stop-timeout 1 \
    --set "nics=[{\"nic_tag\": \"backend\", \"ips\": [\"$address/24\"]}]" debian:12 \
    "${@:+perl}" "${@:+-e}" "${@:+$server}" "$@" >/dev/null || fail "cannot run $name"
}
must network create backend -k etherstub -s 10.77.0.0/24
tier db 10.77.0.20 db 5432 '"42 orders\n"'
tier web-a 10.77.0.11 web 8080 "$orders"
tier web-b 10.77.0.12 web 8080 "$orders"
tier caller 10.77.0.30 guest 9 '""'
must balance create shop --listen 10.77.0.10:80 --to tag:role=web:8080
must list -o alias,state,tags.role tags.role=~.

# Asks ADDRESS PORT from the zone caller.
ask() { polder exec caller timeout 3 bash -c "cat </dev/tcp/$1/$2" 2>/dev/null; }
answers_as() { # WANTED ADDRESS PORT: until it does, at most 10 s
  for _ in {1..50}; do
    ask "$2" "$3" | grep -q "$1" && return
    sleep 0.2
  done
  fail "$2 port $3 does not answer with '$1'"
}
answers_as 'web-a says: 42 orders' 10.77.0.10 80
answers_as 'web-b says: 42 orders' 10.77.0.10 80
show "in caller, four times: cat </dev/tcp/10.77.0.10/80"
for _ in 1 2 3 4; do ask 10.77.0.10 80; done

say "a firewall: web reaches db, and nobody else does"
must firewall add --enable 'FROM tag role = web TO tag role = db ALLOW tcp PORT 5432'
must update db firewall_enabled=true
must firewall test web-a db tcp/5432
show "polder firewall test caller db tcp/5432"
polder firewall test caller db tcp/5432
answers_as '42 orders' 10.77.0.10 80
echo "the shop has its orders as before"
if ask 10.77.0.20 5432 | grep -q orders; then
  fail "caller reaches db in spite of the firewall"
fi
echo "caller asks db itself, and gets nothing"

say "caller sends a packet as somebody else: it is counted, and dropped"
spoofed() { nft list counters | grep -A 1 'counter spoofed' | awk '/packets/ { n += $2 } END { print n + 0 }'; }
before=$(spoofed)
polder exec caller perl -MSocket -e 'socket(my $s, PF_INET, SOCK_RAW, 255) or die $!; setsockopt($s, 0, 3, 1);
  send($s, pack("CCnnnCCna4a4", 0x45, 0, 28, 0, 0, 64, 17, 0, inet_aton("10.77.0.99"), inet_aton("10.77.0.20"))
    . pack("nnnn", 1, 5432, 8, 0), 0, sockaddr_in(0, inet_aton("10.77.0.20"))) or die $!' ||
  fail "caller cannot send the packet"
after=$(spoofed)
[ "$after" -gt "$before" ] || fail "the packet was not counted: $before before, $after after it"
echo "spoofed packets: $before before, $after after it"

say "a virtual machine on the same switch, with a kernel of its own: it may call db as long as it is web"
cat >"$POLDER_HOME/guest.json" <<END
{"alias": "guest", "brand": "vm", "ram": 256, "tags": {"role": "web"},
 "nics": [{"nic_tag": "backend", "ips": ["10.77.0.40/24"]}], "disks": [{"source": "$cache/guest.raw"}],
 "kernel": "$cache/vmlinuz", "initrd": "$cache/initrd",
 "cmdline": "console=ttyS0 quiet panic=-1 disk=vda address=10.77.0.40"}
END
says() { # ZONE WORDS: waits until its console says so again, at most 3 minutes
  local line since=$EPOCHSECONDS
  while read -r -t 180 line; do
    case $line in *"$2"*) echo "$1: $line"; return ;; esac
    [ $((EPOCHSECONDS - since)) -lt 180 ] || break
  done < <(polder logs -f --tail 50 "$1")
  fail "$1 does not say '$2'"
}
must create -f "$POLDER_HOME/guest.json"
must start guest
says guest 'Debian GNU/Linux'
says guest 'db says: 42 orders'
must update guest tags.role=visitor
says guest 'db says: nothing'
must list -o alias,brand,state,pid,tags.role

say "it is snapshotted while it runs, and cloned"
must snapshot create guest@running
must clone guest@running guest-2
must list -o alias,brand,state
must delete --force guest-2 guest caller web-a web-b db
must balance delete shop
must network delete backend

say "a zone goes to a second host, and starts there"
other=$(mktemp -d /tmp/polder-demo.XXXXXX)
show "polder send web | POLDER_HOME=$other polder receive"
polder send web | POLDER_HOME=$other polder receive || fail "the zone did not arrive"
there start web
there list -o alias,brand,state,pid
there exec web sh -c '. /etc/os-release; echo "web runs $PRETTY_NAME here, too"'

say "what happened"
must events

if ! $keep; then
  say "deleting both"
  must delete --force shared web
  must list
fi
now=$EPOCHREALTIME
printf '\nThat took %d seconds. Next: polder run --rm -it debian:12 bash, man pages in %s\n' \
  "$(((${now/[.,]/} - ${started/[.,]/}) / 1000000))" "$root/target/dist/man"
