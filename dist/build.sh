# Sourced by ./polder, with $root and $dist set: builds what is missing below target/dist.
#
#   lib/          every module and library: the module path
#   man/          manual pages      completions/   for bash, zsh, fish
#   polder.aot, polderd.aot   ahead-of-time caches (JEP 514) of the command line and the daemon;
#                 made in the background, and what they are made for is done without them meanwhile
#   built         newer than the sources it was built from
modules=(linux model engine api cli daemon bench)

build_say() { printf 'polder: %s\n' "$*" >&2; }

# Whether a source is newer than what was built.
build_is_old() {
  local places=("$root/pom.xml" "$root/dist") module
  for module in "${modules[@]}"; do
    places+=("$root/$module/pom.xml" "$root/$module/src/main")
  done
  [ ! -f "$dist/built" ] ||
    [ -n "$(find "${places[@]}" -newer "$dist/built" -print -quit 2>/dev/null)" ]
}

build_if_needed() {
  if ! build_is_old; then
    printf '%s\n' "$EPOCHSECONDS" 2>/dev/null >"$dist/looked"
    return 0
  fi
  mkdir -p "$dist" || return 1
  exec 8>"$dist/lock"
  flock 8
  if build_is_old; then # nobody built it while we waited
    build || return 1
  fi
  exec 8>&-
}

build() {
  if ! command -v mvn >/dev/null && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    build_say "installing Maven (apt)"
    apt-get update -qq >&2 &&
      DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends maven >/dev/null
  fi
  if ! command -v mvn >/dev/null; then
    build_say "Maven is missing: apt install maven"
    return 1
  fi
  local started=$EPOCHSECONDS log=$dist/build.log
  touch "$dist/building"
  build_say "building (log: ${log#"$PWD"/})"
  if ! build_maven -o >"$log" 2>&1; then
    # offline fails the first time, when libraries are not there yet
    if grep -qE 'offline|not been downloaded|Could not (resolve|find)' "$log"; then
      build_say "downloading libraries"
      build_maven 2>&1 | tee "$log" | build_progress
    fi
    if ! grep -q 'BUILD SUCCESS' "$log"; then
      grep -E '^\[ERROR\]' "$log" | head -20 >&2
      build_say "the build failed; see $log"
      return 1
    fi
  fi
  rm -rf "$dist/lib"
  mv "$dist/lib.new" "$dist/lib"
  rm -f "$dist/polder.aot" "$dist/polderd.aot"
  mv "$dist/building" "$dist/built"
  "$JAVA_HOME/bin/java" -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -p "$dist/lib" \
    -m polder.cli/polder.cli.Pages "$dist" || return 1
  build_caches 8>&- </dev/null >/dev/null 2>&1 &
  disown
  build_say "built in $((EPOCHSECONDS - started)) s"
}

build_maven() {
  rm -rf "$dist/lib.new"
  mkdir -p "$dist/lib.new"
  (cd "$root" && mvn -B -ntp "$@" -pl "$(IFS=,; echo "${modules[*]}")" -Dmaven.test.skip=true \
    package org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies \
    -DincludeScope=runtime "-DoutputDirectory=$dist/lib.new") || return 1
  local module jar
  for module in "${modules[@]}"; do
    for jar in "$root/$module/target/polder-$module-"[0-9]*.jar; do
      # a jar of tests, left there by ./verify, would be a second module of that name
      [[ $jar == *-tests.jar ]] || cp "$jar" "$dist/lib.new/" || return 1
    done
  done
}

build_progress() {
  local line
  while read -r line; do
    case $line in
      *'Building polder'*) [ -t 2 ] && printf '\r\033[Kpolder: %s' "${line#*INFO] }" >&2 ;;
    esac
  done
  [ -t 2 ] && printf '\r\033[K' >&2
}

build_caches() {
  build_cache_of_client
  [ "$(id -u)" != 0 ] || build_cache_of_daemon
}

# Runs the command line once against a host that is not one, and keeps what the JVM learned.
build_cache_of_client() {
  local fresh=$dist/polder.aot.$BASHPID
  nice "$JAVA_HOME/bin/java" -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:-UsePerfData \
    "-XX:AOTCacheOutput=$fresh" --enable-native-access=polder.linux -p "$lib" \
    -m polder.cli/polder.cli.Rehearsal "$dist" <<<'{"brand": "native"}' && mv "$fresh" "$dist/polder.aot"
  rm -f "$fresh" "$fresh.config"
}

# Runs a daemon of its own, asks it a little, and keeps what the JVM learned.
build_cache_of_daemon() {
  local fresh=$dist/polderd.aot.$BASHPID home pid
  home=$(mktemp -d /tmp/polder-build.XXXXXX) || return
  POLDER_HOME=$home nice "$JAVA_HOME/bin/java" "@$root/dist/polderd.jvm" \
    "-XX:AOTCacheOutput=$fresh" -p "$lib" -m polder.daemon/polder.daemon.Main &
  pid=$!
  local _
  for _ in {1..100}; do
    [ -S "$home/run/api.sock" ] && break
    sleep 0.1
  done
  for _ in info list doctor; do
    POLDER_NO_BUILD=1 POLDER_HOST=unix://$home/run/api.sock "$root/polder" "$_"
  done
  kill "$pid"
  wait "$pid" && mv "$fresh" "$dist/polderd.aot"
  rm -f "$fresh" "$fresh.config"
  rm -rf --one-file-system "$home"
}
