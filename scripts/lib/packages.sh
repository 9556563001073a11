# Installs Debian packages that are missing. Sourced by the scripts; prints what it does.

# What the product needs to be built and to run.
build_packages="libfuse3-dev fuse3 libcurl4-openssl-dev libsqlite3-dev libxxhash-dev zlib1g-dev libcmark-gfm-dev libcmark-gfm-extensions-dev pkg-config ca-certificates"
# What the tour and the tests read a mount with, and the servers and checkers they use.
tool_packages="jq rsync attr strace imagemagick curl python3 python3-venv openssl procps iproute2"

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
    $sudo apt-get update -qq
    # shellcheck disable=SC2086
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
}

need_swift() {
    command -v swift >/dev/null || {
        echo "Swift 6.2 or later is needed: https://www.swift.org/install/linux/" >&2
        return 1
    }
}
