# Sourced by deploy/run and deploy/test: finds a Python, makes .venv, installs what a lock file pins, once.
# Gives: `prepare LOCKFILE`, and $venv afterwards. Everything stays inside the project's folder.

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
venv=$root/.venv

say() { printf '%s\n' "$*" >&2; }
fail() {
    say "$@"
    exit 1
}

# 3.11 to 3.14, with the modules that make a virtual environment.
suits() {
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' >/dev/null 2>&1
}
makes_venv() {
    "$1" -c 'import venv, ensurepip' >/dev/null 2>&1
}

find_python() {
    without_venv=
    for candidate in "${VPN_HELP_PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11 python; do
        [ -n "$candidate" ] || continue
        suits "$candidate" || continue
        if makes_venv "$candidate"; then
            printf '%s\n' "$candidate"
            return
        fi
        without_venv=$candidate
    done
    if [ -n "$without_venv" ]; then
        fail "$without_venv has no venv module. On Debian or Ubuntu: apt install python3-venv. Then run this again."
    fi
    fail "VPN Help needs Python 3.11 to 3.14, and none was found." \
        "
  Debian, Ubuntu:  apt install python3 python3-venv
  Fedora:          dnf install python3
  macOS:           brew install python
If it is installed under another name: VPN_HELP_PYTHON=/path/to/python sh $0"
}

# Installs the lock and the project into .venv, unless exactly that was done before.
prepare() {
    lock=$root/deploy/$1
    stamp=$venv/.installed-$1
    want=$(cat "$lock" "$root/pyproject.toml" | cksum)
    if [ -x "$venv/bin/python" ] && suits "$venv/bin/python"; then
        if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$want $root" ]; then
            return
        fi
    else
        python=$(find_python) || exit 1
        say "Making .venv with $($python --version 2>&1)."
        rm -rf "$venv"
        "$python" -m venv "$venv" || fail "The virtual environment could not be made; the lines above say why."
    fi
    say "Installing what $1 pins (a minute or two, this once)."
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --requirement "$lock" ||
        fail "The installation did not succeed; the lines above say why. Nothing outside .venv was changed: run this again."
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-index --no-deps --no-build-isolation --editable "$root" ||
        fail "The project itself could not be installed; the lines above say why."
    printf '%s\n' "$want $root" >"$stamp"
}
