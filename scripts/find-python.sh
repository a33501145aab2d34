#!/usr/bin/env bash
# find-python.sh VERSION...: print the path of the first Python that runs and is one of the versions.
# Looks at the PATH, then at pyenv's versions (a shim may exist that fails), then at uv's.
set -u
works() { [ -x "$1" ] && "$1" -c "import sys, venv, ssl, sqlite3; sys.exit(sys.version_info[:2] != tuple(map(int, '$2'.split('.'))))" 2>/dev/null; }
for version in "$@"; do
  for candidate in "$(command -v "python$version" 2>/dev/null)" "$(command -v python3 2>/dev/null)"; do
    works "$candidate" "$version" && { "$candidate" -c 'import sys; print(sys.executable)'; exit 0; }
  done
  if command -v pyenv >/dev/null 2>&1; then
    prefix=$(pyenv prefix "$version" 2>/dev/null) && works "$prefix/bin/python" "$version" && { echo "$prefix/bin/python"; exit 0; }
  fi
  for candidate in "${PYENV_ROOT:-$HOME/.pyenv}"/versions/"$version"*/bin/python; do
    works "$candidate" "$version" && { echo "$candidate"; exit 0; }
  done
  if command -v uv >/dev/null 2>&1; then
    candidate=$(uv python find --no-python-downloads "$version" 2>/dev/null) && works "$candidate" "$version" && { echo "$candidate"; exit 0; }
  fi
done
echo "No Python $* was found (looked at PATH, pyenv, uv). Install one of them, on Debian 12 for example:" >&2
echo "    apt-get install python3.11 python3.11-venv" >&2
exit 1
