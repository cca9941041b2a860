# The packages of Debian 12 and 13 that sealgate needs, and how to get those that are missing. To be sourced by bash:
#
#     . contrib/packages.sh
#     install_missing build run
#
# What is there already is left alone. No package is ever removed: Debian allows one mail server on a machine, and where
# that is not Postfix, install_missing fails and says so. A Postfix that comes with this gets no configuration and does
# not start; sealgate's own Postfix lives in a temporary directory. An nginx, onak (a keyserver), postgresql, rsyslog or prometheus that comes with
# this does not start either, now or at the next boot, so port 80 stays free; the tests start their own. gpg-wks-client, which comes with gnupg's tools, lies
# in $(gpgconf --list-dirs libexecdir).
#
# a|b: one of them will do; the first that this Debian has is installed.

packages_build=(g++ cmake ninja-build pkg-config libgpgme-dev libmimetic-dev "libboost1.81-dev|libboost-dev" libyaml-cpp-dev libicu-dev
                libssl-dev libfmt-dev librnp-dev libsqlite3-dev libcurl4-openssl-dev libzstd-dev libpq-dev libgtest-dev libgmock-dev gnupg)
packages_package=(build-essential debhelper)
packages_run=(postfix gnupg swaks procps python3)
packages_test=(clang-format python3-pytest openssl sq rnp postgresql rsyslog rsyslog-gnutls opendkim python3-dkim neomutt nodejs faketime zstd
               nginx-light dnsmasq-base prometheus mkdocs-material dirmngr gpg-wks-client gpg-wks-server onak iproute2 nftables)
packages_browser=(chromium poppler-utils)
# For axe-core, which Debian does not have. An npm from elsewhere will do.
command -v npm > /dev/null || packages_browser+=(npm)
packages_bench=(libmilter-dev python3-cryptography
    wamerican wngerman wfrench wspanish witalian wportuguese wdutch)

# cmake would otherwise want make(1); a build tree that exists keeps the generator it has.
export CMAKE_GENERATOR=Ninja

# Installs what is missing of the named groups: build, package, run, test, browser, bench.
install_missing() {
    local group package missing=()
    for group in "$@"; do
        local -n packages="packages_$group"
        for package in "${packages[@]}"; do
            is_installed "$package" || missing+=("$package")
        done
    done
    [ ${#missing[@]} -eq 0 ] && return 0
    [ "$(id -u)" -eq 0 ] || { echo "missing, and only root can install them: ${missing[*]}" >&2; return 1; }
    [[ " ${missing[*]} " != *" libboost1.81-dev|"* ]] || ! is_installed libboost1.74-dev || {
        echo "libboost1.74-dev is in the way: sealgate needs Boost 1.81, and Debian allows the headers of one Boost at a time." >&2
        echo "Remove it, with what needs it, and call this again: apt-get remove libboost1.74-dev" >&2
        return 1
    }
    install_packages "${missing[@]}"
}

# One of a|b. A libboost-dev that is too old is none.
is_installed() {
    local name
    for name in ${1//|/ }; do
        [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || continue
        [ "$name" != libboost-dev ] || dpkg --compare-versions "$(dpkg-query --show --showformat='${Version}' "$name")" ge 1.81 || continue
        return 0
    done
    return 1
}

# Of each a|b the first that this Debian has.
known_here() {
    local alternatives name
    for alternatives in "$@"; do
        for name in ${alternatives//|/ }; do
            [ -z "$(apt-cache show --no-all-versions "$name" 2> /dev/null)" ] || break
        done
        echo "$name"
    done
}

# apt-get's output is shown only when it fails.
install_packages() {
    local said
    echo "installing $*" >&2
    case " $* " in
    *" postfix "*) echo 'postfix postfix/main_mailer_type select No configuration' | debconf-set-selections || return ;;
    esac
    local servers=()
    case " $* " in *" nginx-light "*) servers+=(nginx) ;; esac
    case " $* " in *" onak "*) servers+=(onak) ;; esac
    case " $* " in *" postgresql "*) servers+=(postgresql) ;; esac
    case " $* " in *" rsyslog "*) servers+=(rsyslog) ;; esac
    case " $* " in *" prometheus "*) servers+=(prometheus prometheus-node-exporter) ;; esac
    [ ${#servers[@]} -eq 0 ] || { forbid_starts || return; trap 'allow_starts "${servers[@]}"; trap - RETURN' RETURN; }
    said=$(export DEBIAN_FRONTEND=noninteractive
           { apt-get --quiet --yes update && apt-get --quiet --yes --no-remove --no-install-recommends install $(known_here "$@"); } 2>&1) ||
        { echo "$said" >&2; echo "could not install $*" >&2; return 1; }
}

# While packages are unpacked nothing of theirs starts: invoke-rc.d(8) asks policy-rc.d. One that is there already stays, and decides.
starts=/usr/sbin/policy-rc.d
forbid_starts() {
    [ -e "$starts" ] && return 0
    printf '%s\n' '#!/bin/sh' '# of sealgate/contrib/packages.sh, while it installs' 'exit 101' > "$starts" && chmod 755 "$starts"
}
allow_starts() {
    grep -q 'of sealgate/contrib/packages.sh' "$starts" 2> /dev/null && rm "$starts"
    local server # those that came now: one that was there before goes on as it does
    for server in "$@"; do update-rc.d "$server" disable > /dev/null 2>&1 || true; done
}
