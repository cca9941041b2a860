"""The package is made on a bare Debian, as contrib/package makes it."""

from roots import Failed, Roots

TREE = "/srv/sealgate"


def expect(condition, *said):
    if not condition:
        raise Failed("\n".join(map(str, said)))


class Making:
    def __init__(self, roots: Roots, jobs):
        self.roots = roots
        self.jobs = jobs
        self.package = None  # the .deb, and one with a higher version
        self.next_package = None

    def steps(self):
        return [("a bare Debian by debootstrap", self.bare),
                ("contrib/package says to a user what is missing", self.without_root),
                ("libboost-dev 1.74 in the way is told", self.old_boost),
                ("contrib/package installs what is missing, and builds", self.built),
                ("lintian finds no error", self.lintian),
                ("contrib/demo plays every scene with the packaged program", self.demo)]

    def bare(self):
        self.roots.make_bare()
        self.roots.copy_bare(self.roots.build)
        self.roots.unpack_tree(self.roots.build / TREE[1:])

    def within(self, script, **how):
        return self.roots.within(self.roots.build, f"cd {TREE}; {script}", **how)

    def without_root(self):
        said = self.within("contrib/package --worktree", user="nobody", expect=1)
        expect("missing, and only root can install them: g++" in said, said)

    def old_boost(self):
        said = self.within(". contrib/packages.sh; is_installed() { [ $1 = libboost1.74-dev ]; }; install_missing build", expect=1)
        expect("apt-get remove libboost1.74-dev" in said, said)

    def built(self):
        self.within("apt-get -qq update; apt-get -qq --no-install-recommends install ccache")
        self.within(f"export PATH=/usr/lib/ccache:$PATH CCACHE_DIR=/var/cache/ccache DEB_BUILD_OPTIONS=parallel={self.jobs}; "
                    "contrib/package --worktree")
        packages = list((self.roots.build / TREE[1:] / "build").glob("sealgate_*.deb"))
        expect(len(packages) == 1, packages)
        self.package = packages[0]
        self.next_package = self.package.with_name("next.deb")
        self.within(f"""
            dpkg-deb --raw-extract build/{self.package.name} /tmp/next
            sed -i 's/^Version: .*/&+1/' /tmp/next/DEBIAN/control
            for text in /tmp/next/usr/share/sealgate/*; do echo '# of the next version' >> $text; done
            dpkg-deb --root-owner-group --build /tmp/next build/{self.next_package.name}
            rm -r /tmp/next""")

    def lintian(self):
        self.within("apt-get -qq --no-install-recommends install lintian")
        self.within("lintian --allow-root --fail-on error build/package/*.changes")

    def demo(self):
        self.within(f"apt-get --quiet --yes install ./build/{self.package.name}")
        said = self.within("SEALGATE=/usr/bin/sealgate contrib/demo")
        expect("BEGIN PGP MESSAGE" in said and "whole: records 1 to" in said, said)
