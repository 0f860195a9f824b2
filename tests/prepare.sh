#!/bin/sh
# Brings what `make test` needs: a C compiler for SQLite and zstd, and a virtual environment with the pinned Python
# packages that the stories read the stores with; a browser, with the pinned packages of npm that drive it over the
# report's page; and a terminal multiplexer, in which the screens are looked at. Quick when all of it is there. Where something is missing and we
# are root on Debian it is installed; otherwise the line to type is printed and the exit code is 1.
#
#   prepare.sh [VENV PINS]   makes another environment, from other pins
#   BUNRI_VENV               where the virtual environment lives (default: $HOME/.cache/bunri/venv)
#   BUNRI_BROWSER            where the packages of npm live (default: $HOME/.cache/bunri/browser)
#   BUNRI_CHROMIUM           the browser (default: /usr/bin/chromium, Debian's)
set -eu

here=$(cd "$(dirname "$0")" && pwd)
venv=${1:-${BUNRI_VENV:-$HOME/.cache/bunri/venv}}
pins=${2:-$here/requirements.txt}

# bring WHAT PACKAGES...: installs Debian packages, or says how to.
bring() {
    what=$1
    shift
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        echo "prepare: $what is missing; installing $*"
        # The stories start what they need themselves: no package may start a service that stays.
        policy=/usr/sbin/policy-rc.d
        ours=
        if [ ! -e $policy ]; then
            printf '#!/bin/sh\nexit 101\n' > $policy && chmod 755 $policy && ours=yes
        fi
        installed=0
        apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" || installed=$?
        [ -z "$ours" ] || rm -f $policy
        [ "$installed" = 0 ] || exit 1
    else
        echo "prepare: $what is missing. On Debian or Ubuntu, type:  sudo apt-get install $*" >&2
        exit 1
    fi
}

# The reference implementation of age: what opens an emergency extract without us.
command -v age >/dev/null 2>&1 || bring "age" age
command -v cc >/dev/null 2>&1 || bring "a C compiler (cc)" gcc libc6-dev
command -v make >/dev/null 2>&1 || bring "make" make
command -v python3 >/dev/null 2>&1 || bring "python3" python3 python3-venv
if ! command -v cargo >/dev/null 2>&1; then
    echo "prepare: cargo is missing. Install Rust (https://rustup.rs); Cargo.toml names the version" >&2
    exit 1
fi

# The stamp holds the pins that the environment was made from, so that a changed pin makes it anew.
if ! cmp -s "$pins" "$venv/made-from.txt" || ! "$venv/bin/python" -c '' 2>/dev/null; then
    python3 -c 'import venv, ensurepip' 2>/dev/null || bring "python3's venv module" python3-venv
    echo "prepare: making the virtual environment $venv"
    # Only an environment is ever removed, whatever we were told.
    [ ! -f "$venv/pyvenv.cfg" ] || rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --only-binary :all: -r "$pins"
    cp "$pins" "$venv/made-from.txt"
fi

# Other environments are for other work than the stories.
[ $# -eq 0 ] || exit 0

[ -x "${BUNRI_CHROMIUM:-/usr/bin/chromium}" ] || bring "the browser (chromium)" chromium
command -v tmux >/dev/null 2>&1 || bring "a terminal multiplexer (tmux)" tmux
# The stories start servers of their own, in folders that vanish: the package must not make one that stays.
if ! ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then
    if [ "$(id -u)" = 0 ] && [ ! -e /etc/postgresql-common/createcluster.conf ]; then
        mkdir -p /etc/postgresql-common
        echo "create_main_cluster = false" > /etc/postgresql-common/createcluster.conf
    fi
    bring "a PostgreSQL server" postgresql
fi
[ -x /usr/sbin/pgbouncer ] || bring "a pooler (pgbouncer)" pgbouncer
# The stories load ODBC's driver manager; nothing is linked to it.
if ! command -v odbcinst >/dev/null 2>&1 || ! odbcinst -q -d >/dev/null 2>&1; then
    bring "ODBC's driver manager (unixodbc)" unixodbc
fi
for driver in "MariaDB Unicode:odbc-mariadb" "PostgreSQL Unicode:odbc-postgresql" "SQLite3:libsqliteodbc"; do
    odbcinst -q -d -n "${driver%%:*}" >/dev/null 2>&1 || bring "the ODBC driver ${driver%%:*}" "${driver##*:}"
done
if ! command -v mariadb-install-db >/dev/null 2>&1 || ! [ -x /usr/sbin/mariadbd ]; then
    bring "a MariaDB server" mariadb-server
fi
command -v openssl >/dev/null 2>&1 || bring "openssl" openssl
command -v node >/dev/null 2>&1 || bring "node" nodejs
command -v npm >/dev/null 2>&1 || bring "npm" npm
browser=${BUNRI_BROWSER:-$HOME/.cache/bunri/browser}
if ! cmp -s "$here/browser/package-lock.json" "$browser/made-from.json" || [ ! -d "$browser/node_modules" ]; then
    echo "prepare: bringing what drives the browser to $browser"
    mkdir -p "$browser"
    cp "$here/browser/package.json" "$here/browser/package-lock.json" "$browser/"
    # Pinned by digest in the lock file; no script of a package is run.
    (cd "$browser" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
    cp "$here/browser/package-lock.json" "$browser/made-from.json"
fi
