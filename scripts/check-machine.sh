#!/usr/bin/env bash
# Says at once what this machine lacks, and what to do, before anything long is started.
set -u
cd "$(dirname "$0")/.."
fail() { printf '\n  %s\n  %s\n\n' "$1" "$2" >&2; exit 1; }

if [ -r /proc/cpuinfo ] && [ "$(uname -m)" = x86_64 ] && ! grep -qw -m1 avx /proc/cpuinfo; then
  fail "This processor has no AVX; TensorFlow, which Rasa imports, cannot run on it." \
       "Use a processor from 2012 or later; in a virtual machine pass the host's processor through (cpu: host)."
fi
if [ ! -e bot/static/vendor/.ready ]; then # an offline bundle brings the front-end libraries with it
  command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1 || \
    fail "Node.js with npm is missing; the desk's front-end libraries come from npm." \
         "Install it, on Debian 12 for example: apt-get install nodejs npm"
  [ "$(node -p 'process.versions.node.split(".")[0] >= 18')" = true ] || \
    fail "Node.js $(node --version) is too old." "Install version 18 or newer."
fi
scripts/find-python.sh 3.11 3.12 3.13 >/dev/null || exit 1
scripts/find-python.sh 3.11 3.10 >/dev/null || exit 1

need_mb=500
[ -e .venv-rasa/.ready ] || need_mb=4500
free_mb=$(df -Pm . | awk 'NR==2 {print $4}')
[ "$free_mb" -ge "$need_mb" ] || \
  fail "Only $free_mb MB are free here; $need_mb MB are needed." "Free some room on the disk of $(pwd), then run it again."
exit 0
