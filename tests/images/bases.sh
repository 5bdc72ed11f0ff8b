# Sourced by `inside`: makes images that stand in for those which the Dockerfiles name in FROM, and cannot be downloaded
# without a registry.
# shellcheck shell=bash
# shellcheck disable=SC2154  # scratch is exported by `run`
LOCAL=localhost/dumpus-test TOOLCHAIN=/usr/local/rust CRATES=/usr/local/crates

# Nothing of the machine's own images and containers is read or changed.
buildah_here() {
    TMPDIR=$scratch/tmp buildah --storage-driver vfs --root "$scratch/storage" --runroot "$scratch/runroot" "$@"
}

# The image that the Dockerfiles begin this stage with: `build`, or the last one.
base_of() {
    local from
    case $1 in
    build) from=$(sed -nE 's/^FROM ([^ @]+).* AS build$/\1/p' Dockerfile.api) ;;
    *) from=$(sed -nE 's/^FROM ([^ @]+)[^ ]*$/\1/p' Dockerfile.api) ;;
    esac
    echo "$LOCAL/$from"
}

make_bases() {
    mkdir "$scratch/tmp"
    debian
    builder
    runtime
    crates
}

# A Debian with a C compiler, from where this machine gets its own packages.
debian() {
    local mirror
    # shellcheck disable=SC2016  # apt-get replaces these
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Codename: bookworm' 'Created-By: Packages' | sed -n 1p)
    echo "Installing Debian into a folder"
    if ! debootstrap --variant=minbase --include=ca-certificates,gcc,libc6-dev,make,pkg-config,tzdata \
        bookworm "$scratch/debian" "$mirror" >"$scratch/debootstrap.log" 2>&1; then
        tail -n 30 "$scratch/debootstrap.log" >&2
        return 1
    fi
    mv "$scratch/debian/var/cache/apt/archives" "$scratch/debs"
    rm -rf "$scratch/debian/var/lib/apt/lists" "$scratch/debian/usr/share/"{doc,locale,man}
}

# Cargo and crates of this machine are mounted while the images are built, which copies less than layers would.
builder() {
    local version base container
    base=$(base_of build)
    version=$(rustc --version | cut -d ' ' -f 2)
    case $base in
    */rust:"${version%.*}"-bookworm) ;;
    *) echo "The Dockerfiles build with ${base#"$LOCAL/"}, and this machine with Rust $version" >&2 && return 1 ;;
    esac
    mkdir -p "$scratch/debian/usr/local/cargo"
    cat >"$scratch/debian/usr/local/cargo/config.toml" <<CONFIG
[build]
jobs = ${CARGO_BUILD_JOBS:-\"default\"}
[net]
offline = true
[source.crates-io]
replace-with = "vendored"
[source.vendored]
directory = "$CRATES"
CONFIG
    container=$(image_of "$scratch/debian")
    buildah_here config --env CARGO_HOME=/usr/local/cargo --env "PATH=$TOOLCHAIN/bin:/usr/sbin:/usr/bin:/sbin:/bin" "$container"
    commit "$container" "$base"
}

# What the image has that stands behind it, or less: no shell, no tools, no other libraries.
runtime() {
    local name container
    mkdir "$scratch/small"
    for name in base-files libc6 libgcc-s1 netbase tzdata; do
        compgen -G "$scratch/debs/${name}_*.deb" >/dev/null || continue
        dpkg-deb --extract "$scratch/debs/${name}"_*.deb "$scratch/small"
    done
    mkdir -p "$scratch/small/etc/ssl/certs"
    cp "$scratch/debian/etc/ssl/certs/ca-certificates.crt" "$scratch/small/etc/ssl/certs/"
    echo "root:x:0:0:root:/root:/sbin/nologin" >"$scratch/small/etc/passwd"
    echo "nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin" >>"$scratch/small/etc/passwd"
    printf '%s\n' root:x:0: nonroot:x:65532: >"$scratch/small/etc/group"
    install -d -o 65532 -g 65532 -m 0700 "$scratch/small/home/nonroot"
    container=$(image_of "$scratch/small")
    buildah_here config --user 65532 --workingdir /home/nonroot \
        --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        --env SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt "$container"
    commit "$container" "$(base_of runtime)"
}

# Cargo downloads what this machine does not have, and checks all of it against Cargo.lock.
crates() {
    cargo vendor --locked --versioned-dirs --quiet "$scratch/crates" >/dev/null
}

# Moves a folder into a new container, and prints the name of this.
image_of() {
    local container
    container=$(buildah_here from scratch)
    cp -a "$1/." "$(buildah_here mount "$container")/"
    echo "$container"
}

commit() { buildah_here commit --quiet --rm --format docker "$1" "$2" >/dev/null; }
