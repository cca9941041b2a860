// The input is a mail file that is to be sealed. What is put into its text for old mail programs takes nothing away, and the
// protected entity says so of itself, once, whatever the mail looks like.
#include "keys/sealing/header_protection.hpp"
#include "keys/sealing/legacy_display.hpp"
#include "policy/mail/mime.hpp"
#include "tests/fuzz/require.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace {

using namespace sealgate;

// Whether b is a with octets put in.
bool holds_in_order(std::string_view a, std::string_view b) {
    std::size_t next = 0;
    for (const char octet : b)
        if (next < a.size() && octet == a[next]) ++next;
    return next == a.size();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    auto mail = policy::parse_message({reinterpret_cast<const char*>(data), size});
    mail.fields.push_back({.name = "Subject", .value = " Tender price"});
    require(holds_in_order(mail.body, joined(keys::with_legacy_display(mail).body)));
    const auto entity = joined(keys::entity_to_seal(mail, keys::subject_shown::inside_only, "=_boundary"));
    const auto read = policy::parse_message(entity);
    require(policy::field_values(read, "HP-Outer").size() >= 1);
    require(policy::field_values(read, "Content-Type").size() == 1);
    const auto root = policy::parse_mime(read);
    require(!root || root->parameter("hp") == "cipher");
    require(joined(keys::entity_to_seal(mail, keys::subject_shown::outside, "=_boundary")).ends_with(mail.body));
    return 0;
}
