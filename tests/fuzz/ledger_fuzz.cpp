// A line of the ledger of notices is read without harm; one that is read comes back as it was, and cannot put an SMTP command
// or a header onto the wire.
#include "milter/notices/ledger_line.hpp"
#include "milter/outbox/copy_file.hpp"
#include "tests/fuzz/require.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

using namespace sealgate::milter;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto line = parse_ledger_line({reinterpret_cast<const char*>(data), size});
    if (!line) {
        require(line.error().find('\n') == std::string::npos);
        return 0;
    }
    if (line->collected) require(sealgate::policy::is_envelope_address(line->collected->sender));
    const auto text = to_text(*line);
    const auto again = parse_ledger_line(text);
    require(again.has_value());
    require(to_text(*again) == text);
    return 0;
}
