#!/bin/bash
# The house's rules, checked on the source text. The picture of the rooms stands in contrib/design/architecture.md and is read
# from there: each file stands in a room of it, and an include points to its own room or left, never back. The pure files name
# no effect, nor does what they include; every pair says where it is tested; all is laid out as .clang-format says.
# Prints each line that breaks a rule; exit status 1 if there is one. architecture_test_test.sh proves that it sees each kind.
# Usage: architecture_test.sh [DIRECTORY] [rules]; with "rules", the layout is not looked at.
set -u
cd "${1:-$(dirname "$0")/..}" || exit 2

status=0
broken() { echo "$*"; status=1; }
forbid() { # what it means, pattern, files...
    local meaning=$1 pattern=$2 found each
    shift 2
    found=$(grep -nE "$pattern" "$@" /dev/null) || return 0
    while read -r each; do echo "$meaning: $each"; done <<< "$found"
    status=1
}

mapfile -t all < <(find policy keys milter -name '*.[ch]pp' | sort)
mapfile -t headers < <(printf '%s\n' "${all[@]}" | grep 'hpp$')
[ ${#all[@]} -gt 50 ] || { echo "found only ${#all[@]} source files: is this the right directory?"; exit 2; }
but() { printf '%s\n' "${all[@]}" | grep -vxE "$1"; } # all files but these

# The rooms, from left to right: "policy/base policy/mail …". A part stands right of the part above it in the picture.
page=contrib/design/architecture.md
rooms=($(awk '/^    (policy|keys|milter)\/ / { for (i = 2; i <= NF; ++i) if ($i != "<") print $1 $i }' $page))
[ ${#rooms[@]} -gt 10 ] || broken "$page: no picture of the rooms is found there"
diff <(printf '%s\n' "${rooms[@]}" | sort) <(but milter/main.cpp | xargs -n 1 dirname | sort -u) ||
    broken "the picture in $page (<) and the folders (>) differ"
diff <(printf '%s\n' "${rooms[@]}") <(awk -F '[|` ]+' '
    /^\| [a-z]+\/ \|/ { part = $2 } /^\| `[a-z_]+\/`/ && part ~ /^(policy|keys|milter)\/$/ { sub("/", "", $2); print part $2 }' $page) ||
    broken "the picture in $page (<) and its tables (>) differ: each room has its row, in the picture's order"
for room in "${rooms[@]}"; do
    nouns=$(find "$room" -name '*.[ch]pp' | sed 's/\.[ch]pp$//' | sort -u | wc -l)
    [ "$nouns" -le 18 ] || broken "$room has $nouns nouns, more than 18"
done

# Every include is spelled so that the checks below see it: ours in quotation marks, from the root; all others in angle brackets.
awk '/^[ \t]*(#|%:|\?\?=)[ \t]*(include|import|embed)/ && !/^#include ("(policy|keys|milter)\/[a-z0-9_\/]+\.hpp"|<[a-z0-9_.\/-]+>)( \/\/.*)?$/ ||
    /^#include <(\.|policy\/|keys\/|milter\/|tests\/)/ { print FILENAME ":" FNR ": an include is not written as the others: " $0; bad = 1 }
    END { exit bad }' "${all[@]}" || status=1
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

# Pure: all of policy/, and these. They include what has no effect, and nothing else; what they reach may name paths, too.
pure=($(printf '%s\n' "${all[@]}" | grep -E '^(policy/|keys/(openpgp|certificates|protection|discovery|learning)/|keys/sealing/|milter/protocol/)' |
    grep -vE '^(keys/sealing/(seal|seal_in_process|engine_proof|engine_trust)|milter/protocol/(connection|server|listening))\.'))
pure+=(milter/threads/table.[ch]pp milter/discovery/public_address.[ch]pp milter/notices/ledger_line.[ch]pp milter/outbox/identity.[ch]pp milter/service/relay_watch.[ch]pp
       milter/gateway/{judge,further_readers,edits_and_copies,given_id,leaving_size}.[ch]pp)
without_effect='algorithm|array|bit|cassert|charconv|chrono|compare|concepts|cstddef|cstdint|cstdio|cstring|deque|exception|expected|functional|initializer_list|iterator|limits|list|map|memory|new|numeric|optional|ranges|set|span|sstream|stdexcept|string|string_view|system_error|tuple|type_traits|unordered_map|unordered_set|utility|variant|vector'
without_effect+='|boost/(json|unordered|system)[a-z_/]*\.hpp|fmt/format\.h|mimetic/[a-z]+\.h|openssl/[a-z]+\.h|unicode/[a-z0-9]+\.h|yaml-cpp/[a-z]+\.h|arpa/inet\.h|netinet/in\.h'
awk -v allowed="^($without_effect)\$" -v pure="${pure[*]}" '
    match($0, /^#include <[^>]+>/) { shown = substr($0, RSTART + 10, RLENGTH - 11); if (shown !~ allowed) effect[FILENAME] = effect[FILENAME] " " shown }
    match($0, /^#include "[^"]+"/) { edges[FILENAME] = edges[FILENAME] " " substr($0, RSTART + 10, RLENGTH - 11) }
    function walk(file, from, way,    each, n, i, named) {
        if (seen[from, file]++) return
        named = effect[file]
        if (file != from) sub(/ filesystem/, "", named)
        if (named != "") { print way ": a pure file reaches an effect:" named; bad = 1; return }
        n = split(edges[file], each, " ")
        for (i = 1; i <= n; ++i) walk(each[i], from, way " -> " each[i])
    }
    END { n = split(pure, each, " "); for (i = 1; i <= n; ++i) walk(each[i], each[i], each[i]); exit bad }' "${all[@]}" || status=1
forbid 'a pure file reads a clock' '::now\b|\btime *\( *(nullptr|NULL|0|&)|\b(clock_gettime|gettimeofday|localtime|gmtime|mktime)(_r)? *\(|\bclock *\( *\)' "${pure[@]}"
forbid 'a pure file has an effect' '\b(secure_getenv|getenv|setenv|fopen|fwrite|fputs|s?rand|popen|system) *\(|std::(puts|f?printf|remove|rename|filesystem|j?thread|mutex|async|cout|cerr|cin|clog)\b|\b(stdin|stdout|stderr)\b' "${pure[@]}"

# Where each header is tested: its test has its name, or its opening lines say "Tested by NAME, NAME and NAME." A name is a path
# below tests/, or below the part's folder there; one without a folder stands in the folder of the name before it.
tested() { # the file of this name, for a header of this part
    local try
    for try in "tests/$2/$1.cpp" "tests/$1.cpp" "tests/$1"; do [ -f "$try" ] && return; done
    return 1
}
while read -r header names; do
    case $names in
    none) [ -e "tests/${header%.hpp}_test.cpp" ] || broken "$header: no tests/${header%.hpp}_test.cpp, and its opening lines do not say where it is tested" ;;
    odd) broken "$header: where it is tested is not spelled as \"Tested by NAME, NAME and NAME.\"" ;;
    *)
        folder=
        for name in $names; do
            [[ $name == */* ]] && folder=${name%/*} || name=$folder/$name
            tested "$name" "${header%%/*}" || broken "$header: there is no test $name"
        done ;;
    esac
done < <(awk '
    function say() {
        if (last == "") return
        if (!match(text, /[Tt]ested by /)) { print last, "none"; return }
        text = substr(text, RSTART)
        if (!match(text, /^Tested by [a-z0-9_\/.]+(, [a-z0-9_\/.]+)*( and [a-z0-9_\/.]+)?\.( |$)/)) { print last, "odd"; return }
        names = substr(text, 11, RLENGTH - 10); sub(/\. ?$/, "", names); gsub(/, | and /, " ", names)
        print last, names
    }
    FNR == 1 { say(); last = FILENAME; text = ""; opening = 1 }
    !/^\/\// { opening = 0 }
    opening { sub(/^\/\/ ?/, ""); text = text $0 " " }
    END { say() }' "${headers[@]}")
for test in $(cd tests && find policy keys milter -name '*_test.cpp'); do
    grep -q "^    $test" tests/CMakeLists.txt || broken "tests/$test is not built: tests/CMakeLists.txt does not name it"
done

# A name is one type in its namespace: not that of a header, and another one of some file's own.
awk '
    FNR == 1 { space = "" }
    match($0, /^namespace sealgate::[a-z]+ \{/) { space = $2 }
    { line = $0; sub(/^template <[^>]*> */, "", line); sub(/^enum class /, "class ", line) }
    line ~ /^(struct|class) [a-z0-9_]+( final)?$/ || line ~ /^(struct|class) [a-z0-9_]+ (final )?[:{]/ || line ~ /^using [a-z0-9_]+ = / {
        split(line, word, " "); key = space " " word[2]
        if (FILENAME ~ /hpp$/) shown[key] = FILENAME; else own[key] = own[key] " " FILENAME
    }
    END { for (key in shown) if (key in own) { print key ": a type of" own[key] ", and another one of " shown[key]; bad = 1 } exit bad }' "${all[@]}" || status=1

# Every test opens with what it proves, and what helps tests with what it is.
for test in $(find tests -name '*_test.cpp' -o -path '*/support/*.[ch]pp') $(find tests/e2e -name '*.py'); do
    [[ $(head -c 3 "$test") =~ ^(//|\"\"\") ]] || broken "$test: its first line does not say what it proves"
done

# A cite of the contract leads somewhere: "contract.md section 4" and "contract.md section 4, point 2".
awk '
    FILENAME == ARGV[1] { if (match($0, /^## [0-9]+/)) section = substr($0, 4, RLENGTH - 3); there[section] = 1; if (match($0, /^[0-9]+\. /)) there[section "." int($0)] = 1; next }
    { line = $0 }
    held != "" { sub(/^ *\/\/ */, "", line); line = held " " line; held = "" }
    line ~ /contract(\.md)?,?$/ || line ~ /contract\.md section$/ { held = line; next }
    { while (match(line, /contract\.md( section [0-9]+(, point [0-9]+)?)?/)) {
        cite = substr(line, RSTART + 20, RLENGTH - 20); behind = substr(line, RSTART + RLENGTH, 4); sub(/, point /, ".", cite)
        if (!(cite in there) || behind ~ /^(\.[0-9]|, [0-9])/) { print FILENAME ":" FNR ": no such place in contract.md, or not spelled \"contract.md section N, point M\": " $0; bad = 1 }
        line = substr(line, RSTART + RLENGTH)
    } }
    END { exit bad }' contrib/design/contract.md "${all[@]}" $(find tests -name '*.[ch]pp') || status=1

# What is neither C++'s, POSIX's nor of the libraries that all may use has an owner.
owned=('gpgme\.h keys/gnupg/[a-z_]*\.[ch]pp' 'rnp/[a-z_]*\.h keys/rnp/[a-z_]*\.[ch]pp' 'sqlite3\.h keys/base/sqlite\.cpp' 'curl/curl\.h milter/discovery/https_client\.cpp'
       'mimetic/mimetic\.h policy/mail/mime_field\.cpp' 'yaml-cpp/[a-z]*\.h policy/base/yaml\.cpp' 'libpq-fe\.h milter/(sinks/connection|settings/sink_url)\.cpp'
       'zstd\.h milter/base/zstd_reader\.cpp' 'openssl/[a-z]*\.h policy/crypto/[a-z0-9]*\.cpp' 'boost/asio/ssl.*\.hpp milter/(doctor/tls_door|sinks/syslog_transport|base/asio)\.[ch]pp'
       'unicode/[a-z0-9]*\.h policy/(base|mail|tags|texts)/[a-z_]*\.[ch]pp' 'resolv\.h milter/discovery/name_lookup\.cpp' 'spawn\.h milter/postfix/program\.cpp'
       'malloc\.h milter/memory/allocator\.cpp')
for each in "${owned[@]}"; do
    mapfile -t others < <(but "${each#* }")
    forbid "only ${each#* } may include this" "^#include <${each%% *}>" "${others[@]}"
done
mapfile -t others < <(printf '%s\n' "${headers[@]}" | grep -vx policy/base/icu_text.hpp)
forbid 'a header shows ICU' '#include (<unicode/|"policy/base/icu_text)' "${others[@]}"
known="[a-z_]+|(boost|fmt|sys|arpa|netinet)/.*|(unistd|fcntl|poll|pwd|grp|netdb|pthread)\.h|$(printf '%s\n' "${owned[@]}" | cut -d ' ' -f 1 | paste -sd '|')"
grep -nE '^#include <' "${all[@]}" | grep -vE "<($known)>" | sed 's/^/a library without an owner: tests\/architecture_test.sh has to name it in "owned": /' | grep . && status=1

# What an exception says reaches people through text_of, without a library's source paths; `what_.what()` is no exception's.
mapfile -t others < <(printf '%s\n' "${all[@]}" | grep '^milter/' | grep -v '^milter/base/exception_text\.')
forbid 'text_of (milter/base/exception_text) says what an exception says' '[a-z0-9]\.what\(\)' "${others[@]}"

# Room for one noun: a file of 450 lines at most, a header of 150.
while read -r lines file; do
    [ "$file" = total ] && continue
    case $file in *.hpp) most=150 ;; *) most=450 ;; esac
    [ "$lines" -le "$most" ] || broken "$file has $lines lines, more than $most"
done < <(wc -l "${all[@]}")

[ "${2:-}" = rules ] || find policy keys milter tests -name '*.[ch]pp' -print0 | xargs -0 clang-format --dry-run --Werror || status=1
exit $status
