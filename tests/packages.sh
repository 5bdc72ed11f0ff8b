# Sourced by the scripts that install Debian packages: collects what is missing and installs it, as root or with sudo.
# shellcheck shell=bash
missing=()

# need PACKAGE COMMAND...: the package is missing if the command fails.
need() {
    local package=$1
    shift
    "$@" >/dev/null 2>&1 || missing+=("$package")
}

need_program() { need "$2" command -v "$1"; }

need_for_deployment() {
    need_program python3 python3
    need python3-pip python3 -m pip --version
    PATH=$PATH:/usr/sbin need_program nginx nginx-light
    need_program caddy caddy
    need_program openssl openssl
    need_program curl curl
    need_program systemd-analyze systemd
}

need_for_images() {
    need_program python3 python3
    need_program buildah buildah
    PATH=$PATH:/usr/sbin need_program debootstrap debootstrap
    need_program curl curl
    need_program ip iproute2
}

install_missing() {
    [ ${#missing[@]} -gt 0 ] || return 0
    local as_root=()
    [ "$(id -u)" -eq 0 ] || as_root=(sudo)
    printf 'Installing with apt-get: %s\n' "${missing[*]}"
    "${as_root[@]}" apt-get update -qq
    # The tests start their own servers, so the ones that the packages bring are not started.
    RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}
