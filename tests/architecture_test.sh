#!/bin/bash
# The house's rules, checked on the source text. The picture of the rooms stands in contrib/design/architecture.md and is read
# from there: each file stands in a room of it, and an include points to its own room or left, never back. The pure files name
# no effect, nor does what they include; every pair says where it is tested; all is laid out as .clang-format says.
# Prints each line that breaks a rule; exit status 1 if there is one.
set -u
cd "${1:-$(dirname "$0")/..}" || exit 2

status=0
broken() { echo "$*"; status=1; }
forbid() { # what it means, pattern, files...
    local meaning=$1 pattern=$2 found
    shift 2
    found=$(grep -nE "$pattern" "$@" /dev/null) || return 0
    sed "s|^|$meaning: |" <<< "$found"
    status=1
}

mapfile -t all < <(find policy keys milter -name '*.[ch]pp' | sort)
mapfile -t headers < <(printf '%s\n' "${all[@]}" | grep 'hpp$')
[ ${#all[@]} -gt 50 ] || { echo "found only ${#all[@]} source files: is this the right directory?"; exit 2; }

# The rooms, from left to right: "policy/base policy/mail …". A part stands right of the part above it in the picture.
rooms=($(awk '/^    (policy|keys|milter)\/ / { for (i = 2; i <= NF; ++i) if ($i != "<") print $1 $i }' contrib/design/architecture.md))
[ ${#rooms[@]} -gt 10 ] || broken "contrib/design/architecture.md: no picture of the rooms is found there"
diff <(printf '%s\n' "${rooms[@]}" | sort) <(printf '%s\n' "${all[@]}" | grep -vx milter/main.cpp | xargs -n 1 dirname | sort -u) ||
    broken "the picture in contrib/design/architecture.md (<) and the folders (>) differ"
for room in "${rooms[@]}"; do
    nouns=$(find "$room" -name '*.[ch]pp' | sed 's/\.[ch]pp$//' | sort -u | wc -l)
    [ "$nouns" -le 18 ] || broken "$room has $nouns nouns, more than 18"
done

forbid 'an include is not written from the root' '#include "(\.|[^"/]+")' "${all[@]}"
awk -v order="${rooms[*]}" '
    BEGIN { n = split(order, name, " "); for (i = 1; i <= n; ++i) place[name[i]] = i }
    function room(path) { sub("/[^/]*$", "", path); return path }
    match($0, /^#include "[^"]+"/) {
        shown = substr($0, RSTART + 10, RLENGTH - 11)
        here = FILENAME == "milter/main.cpp" ? n + 1 : place[room(FILENAME)]
        if (!(room(shown) in place) || place[room(shown)] > here) {
            print FILENAME ":" FNR ": an include runs back: " shown; back = 1
        }
    }
    END { exit back }' "${all[@]}" || status=1

# Pure: all of policy/, and these.
pure=($(printf '%s\n' "${all[@]}" | grep -E '^(policy/|keys/(openpgp|certificates|protection|discovery|learning)/|keys/sealing/|milter/protocol/)' |
    grep -vE '^(keys/sealing/(seal|seal_in_process|engine_proof|engine_trust)|milter/protocol/(connection|server|listening))\.'))
pure+=(milter/threads/table.[ch]pp milter/discovery/public_address.[ch]pp milter/notices/ledger_line.[ch]pp milter/outbox/identity.[ch]pp
       milter/gateway/{judge,further_readers,edits_and_copies,given_id,leaving_size}.[ch]pp)
effects='#include <(boost/asio|gpgme|fstream|iostream|thread|mutex|random|unistd|sys/|fcntl|netdb|resolv|curl/|rnp/|sqlite3)'
forbid 'a pure file has an effect' "$effects" "${pure[@]}"
forbid 'a pure file reads a clock' '(system_clock|steady_clock)::now' "${pure[@]}"
awk -v effects="$effects" -v pure="${pure[*]}" '
    $0 ~ effects { effect[FILENAME] = $0 }
    match($0, /^#include "[^"]+"/) { edges[FILENAME] = edges[FILENAME] " " substr($0, RSTART + 10, RLENGTH - 11) }
    function walk(file, from, way,    each, n, i) {
        if (seen[from, file]++) return
        if (file != from && file in effect) { print way ": a pure file reaches an effect: " effect[file]; bad = 1; return }
        n = split(edges[file], each, " ")
        for (i = 1; i <= n; ++i) walk(each[i], from, way " -> " each[i])
    }
    END { n = split(pure, each, " "); for (i = 1; i <= n; ++i) walk(each[i], each[i], each[i]); exit bad }' "${all[@]}" || status=1

# A test of its name, or a word in the header where else.
for header in "${headers[@]}"; do
    [ -e "tests/${header%.hpp}_test.cpp" ] && continue
    awk '/^\/\// { print; next } { exit }' "$header" | grep -qE '(Tested by|tested by) ' ||
        broken "$header: no tests/${header%.hpp}_test.cpp, and its opening lines do not say where it is tested"
done

# A test that is named stands there, and each test is built.
grep -HnoE '[Tt]ested by [a-z0-9_/]+(/[a-z0-9_]+_test|_test)' "${headers[@]}" | while IFS=: read -r header line named; do
    named=${named##* } named=${named#tests/}
    [ -n "$(find tests -path "*/$named.cpp" -o -path "*/$named.py")" ] || echo "$header:$line: there is no test $named"
done | grep . && status=1
for test in $(cd tests && find policy keys milter -name '*_test.cpp'); do
    grep -q "^    $test" tests/CMakeLists.txt || broken "tests/$test is not built: tests/CMakeLists.txt does not name it"
done

# Every test opens with what it proves.
for test in $(find tests -name '*_test.cpp') $(find tests/e2e -name '*.py'); do
    [[ $(head -c 3 "$test") =~ ^(//|\"\"\") ]] || broken "$test: its first line does not say what it proves"
done

# Third-party types stay in one file.
for only in 'gpgme\.h:keys/gnupg/[a-z_]*\.[ch]pp' 'rnp/:keys/rnp/[a-z_]*\.[ch]pp' 'sqlite3\.h:keys/base/sqlite.cpp' 'curl/:milter/discovery/https_client.cpp' 'mimetic/:policy/mail/mime_field.cpp' 'yaml-cpp/:policy/base/yaml.cpp'; do
    mapfile -t others < <(printf '%s\n' "${all[@]}" | grep -vx "${only#*:}")
    forbid "only ${only#*:} may include this" "#include <${only%%:*}" "${others[@]}"
done
mapfile -t others < <(printf '%s\n' "${all[@]}" | grep -vxE 'policy/base/(aes|digest|ed25519)\.cpp')
forbid 'only policy/base/aes.cpp, digest.cpp and ed25519.cpp may include this' '#include <openssl/' "${others[@]}"
mapfile -t others < <(printf '%s\n' "${headers[@]}" | grep -vx policy/base/icu_text.hpp)
forbid 'a header shows ICU' '#include (<unicode/|"policy/base/icu_text)' "${others[@]}"

# What an exception says reaches people through text_of, without a library's source paths; `what_.what()` is no exception's.
mapfile -t others < <(printf '%s\n' "${all[@]}" | grep '^milter/' | grep -v '^milter/base/exception_text\.')
forbid 'text_of (milter/base/exception_text) says what an exception says' '[a-z0-9]\.what\(\)' "${others[@]}"

# Room for one noun: a file of 450 lines at most, a header of 150.
while read -r lines file; do
    [ "$file" = total ] && continue
    case $file in *.hpp) most=150 ;; *) most=450 ;; esac
    [ "$lines" -le "$most" ] || broken "$file has $lines lines, more than $most"
done < <(wc -l "${all[@]}")

find policy keys milter tests -name '*.[ch]pp' -print0 | xargs -0 clang-format --dry-run --Werror || status=1
exit $status
