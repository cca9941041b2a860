#!/bin/bash
# What architecture_test.sh forbids, done once each in a copy: every one must be told, by file and by what is wrong with it.
set -eu
cd "${1:-$(dirname "$0")/..}"
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
cp -r --parents policy keys milter contrib/design/{architecture,contract}.md tests/CMakeLists.txt "$copy"
find tests -name '*.[ch]pp' -o -name '*.py' -o -path tests/package/run | xargs cp --parents -t "$copy"
cd "$copy"

expected=()
# The first line of a file becomes this; what must be told of the file.
line() { sed -i "1i\\$2" "$1"; expected+=("$1.*$3|$3.*$1"); }
odd='an include is not written as the others'
line policy/mail/mime.cpp '#include <keys/openpgp/packets.hpp>' "$odd"
line policy/mail/date.cpp '#  include "keys/openpgp/packets.hpp"' "$odd"
line policy/mail/message.cpp ' #include "keys/openpgp/packets.hpp"' "$odd"
line policy/mail/mime_header.cpp '#include "mime.hpp"' "$odd"
line policy/tags/reader.cpp '#include "../mail/mime.hpp"' "$odd"
line policy/tags/bidi.cpp '#include "policy/mail/mime.cpp"' "$odd"
line policy/mail/address.cpp '#include "keys/openpgp/packets.hpp"' 'an include runs back'
line policy/mail/charset.cpp '#include "policy/tags/reader.hpp"' 'an include runs back'
effect='a pure file reaches an effect'
line policy/decision/decide.cpp '#include <filesystem>' "$effect"
line policy/decision/split.cpp '#include <condition_variable>' "$effect"
line policy/decision/thread.cpp '#include <ctime>' "$effect"
line policy/decision/refusal.cpp '#include <spawn.h>' "$effect"
line policy/decision/recipient.cpp '#include <libpq-fe.h>' "$effect"
line keys/openpgp/packets.cpp '#include <boost/asio/awaitable.hpp>' "$effect"
line policy/labels/titus.cpp 'auto t = time(nullptr);' 'a pure file reads a clock'
line policy/labels/epms.cpp 'using c = std::chrono::system_clock; auto t = c::now();' 'a pure file reads a clock'
line policy/labels/reader.cpp 'auto e = getenv("HOME");' 'a pure file has an effect'
line policy/labels/markup.cpp 'void f() { std::puts("x"); }' 'a pure file has an effect'
line milter/outbox/queue.cpp '#include <libpq-fe.h>' 'may include this'
line milter/outbox/queue_runner.cpp '#include <zstd.h>' 'may include this'
line milter/outbox/places.cpp '#include <new/library.h>' 'a library without an owner'
line milter/base/own_host_name.hpp '#include <string>' 'opening lines do not say where it is tested'
line milter/doctor/probe.hpp '// Tested by e2e/test_nothere.py.' 'there is no test'
line milter/doctor/doctor.hpp '// Tested by e2e/test_doctor.py and test_nothere.py.' 'there is no test e2e/test_nothere'
line milter/doctor/examined.hpp '// Tested by tests/e2e/test_doctor.py, among others.' 'is not spelled'
line milter/held/permits.cpp '// contract.md section 99' 'no such place in contract.md'
line milter/held/permit.cpp '// contract.md section 4, point 70' 'no such place in contract.md'
line milter/held/queue_index.hpp '// Held mail (contract.md\n// section 4, 2).' 'no such place in contract.md'
line tests/policy/mail/mime_test.cpp '#include <string>' 'does not say what it proves'
printf 'namespace sealgate::milter {\nnamespace {\nclass shipper {};\n}\n}\n' > milter/sinks/twin.cpp
expected+=('shipper: a type of milter/sinks/twin.cpp, and another one of milter/sinks/shipper.hpp')
sed -i '/^| `tags\/` |/d' contrib/design/architecture.md
expected+=('< policy/tags')
touch tests/policy/mail/new_test.cpp
expected+=('tests/policy/mail/new_test.cpp is not built')
mkdir policy/elsewhere && mv policy/tags/strip.[ch]pp policy/elsewhere
expected+=('> policy/elsewhere')
yes '//' | head -n 451 >> milter/held/begun_index.hpp
expected+=('milter/held/begun_index.hpp has .* lines')

if told=$("$OLDPWD/tests/architecture_test.sh" "$copy" rules 2>&1); then
    echo "everything is broken, and it says that all is well"
    exit 1
fi
status=0
for each in "${expected[@]}"; do
    grep -qE "$each" <<< "$told" || { echo "not told: $each"; status=1; }
done
exit $status
