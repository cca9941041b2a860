#!/bin/bash
# The house's rules, checked on the source text: an include points left only (policy <- keys <- milter), is written from the
# root, the pure files name no effect, and all is laid out as .clang-format says. Prints each line that breaks a rule; exit status 1 if there is one.
set -u
cd "${1:-$(dirname "$0")/..}" || exit 2

status=0
forbid() { # what it means, pattern, files...
    local meaning=$1 pattern=$2 found
    shift 2
    found=$(grep -nE "$pattern" "$@" /dev/null) || return 0
    sed "s|^|$meaning: |" <<< "$found"
    status=1
}

mapfile -t policy < <(find policy -name '*.[ch]pp')
mapfile -t keys < <(find keys -name '*.[ch]pp')
mapfile -t milter < <(find milter -name '*.[ch]pp')
all=("${policy[@]}" "${keys[@]}" "${milter[@]}")
headers=($(printf '%s\n' "${all[@]}" | grep 'hpp$'))
[ ${#all[@]} -gt 50 ] || { echo "found only ${#all[@]} source files: is this the right directory?"; exit 2; }

forbid 'policy/ sees what stands right of it' '#include "(keys|milter|tests)/' "${policy[@]}"
forbid 'keys/ sees what stands right of it' '#include "(milter|tests)/' "${keys[@]}"
forbid 'milter/ sees the tests' '#include "tests/' "${milter[@]}"
forbid 'an include is not written from the root' '#include "(\.|[^"/]+")' "${all[@]}"

# Pure: all of policy/, and what else says so.
pure_keys=(keys/{addressing,anatomy,armor,armor_header,ber,certificate,cms,header_protection,inspect,key_file,leaf,legacy_display,lenient_armor,lookup}.[ch]pp
           keys/{noise,one_subkey,packet_text,packets,pgp_mime,piecemeal_noise,plain_html,preamble}.[ch]pp
           keys/{repeated_words,self_signatures,session_key,shown_digits,signature_facts,trace,unproved_certificate,user_id}.[ch]pp)
pure_milter=(milter/{wire,session,direction,relay_watch,edits,events,collector,forms,ledger_line,thread_table,macros,negotiation,readers,reply_text,judge}.[ch]pp)
forbid 'a pure file has an effect' '#include <(boost/asio|gpgme|fstream|iostream|thread|mutex|random|unistd|sys/|fcntl)' \
    "${policy[@]}" "${pure_keys[@]}" "${pure_milter[@]}"
forbid 'a pure file reads a clock' '(system_clock|steady_clock)::now' "${policy[@]}" "${pure_keys[@]}" "${pure_milter[@]}"

# Third-party types stay in one file.
for only in 'gpgme\.h:keys/gnupg/gpg.cpp' 'mimetic/:policy/mail/mime_field.cpp' 'yaml-cpp/:policy/base/yaml.cpp'; do
    mapfile -t others < <(printf '%s\n' "${all[@]}" | grep -vx "${only#*:}")
    forbid "only ${only#*:} may include this" "#include <${only%%:*}" "${others[@]}"
done
mapfile -t others < <(printf '%s\n' "${all[@]}" | grep -vxE 'policy/base/(digest|ed25519)\.cpp')
forbid 'only policy/base/digest.cpp and ed25519.cpp may include this' '#include <openssl/' "${others[@]}"
mapfile -t others < <(printf '%s\n' "${headers[@]}" | grep -vx policy/base/icu_text.hpp)
forbid 'a header shows ICU' '#include (<unicode/|"policy/base/icu_text)' "${others[@]}"

# Room for one noun: a file of 450 lines at most, a header of 150.
while read -r lines file; do
    [ "$file" = total ] && continue
    case $file in *.hpp) most=150 ;; *) most=450 ;; esac
    [ "$lines" -le "$most" ] || { echo "$file has $lines lines, more than $most"; status=1; }
done < <(wc -l "${all[@]}")

find policy keys milter tests -name '*.[ch]pp' -print0 | xargs -0 clang-format --dry-run --Werror || status=1
exit $status
