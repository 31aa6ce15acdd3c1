# Sourced by ./polder and ./verify: sets JAVA_HOME to a JDK 25 or newer, or says how to get one.
jdk25() {
  local home version key value
  for home in "${JAVA_HOME:-}" /usr/lib/jvm/*; do
    if [ -x "$home/bin/javac" ] && [ -r "$home/release" ]; then
      version=
      while IFS='=' read -r key value; do
        [ "$key" = JAVA_VERSION ] && version=${value//\"/}
      done <"$home/release"
      if [ "${version%%.*}" -ge 25 ] 2>/dev/null; then
        export JAVA_HOME=$home
        return 0
      fi
    fi
  done
  echo "polder: no JDK 25 in JAVA_HOME or /usr/lib/jvm; install one (Debian 13: apt install openjdk-25-jdk-headless, or Temurin 25) and try again" >&2
  return 1
}
