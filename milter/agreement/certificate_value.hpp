// A certificate as it is agreed on: whether it is in use, its octets, and where it was found. As text: a line `USE LENGTH`, so
// many octets, and a line `ADDRESS SECONDS PLACE` for each place. Pure but for the evidence's type. Tested by
// agreement/certificates_test.
#pragma once

#include "keys/store/evidence.hpp"
#include "policy/base/names.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::milter {

enum class certificate_use : std::uint8_t { enabled, removed, disabled }; // the more careful one last

constexpr auto names(certificate_use) {
    using enum certificate_use;
    return std::to_array<policy::named<certificate_use>>({{enabled, "enabled"}, {removed, "removed"}, {disabled, "disabled"}});
}

struct certificate_value {
    certificate_use use = certificate_use::enabled;
    std::string binary = {};
    std::vector<keys::evidence> found = {}; // address, place and first
};

std::string to_text(const certificate_value& of);
// Nothing where it has another form.
std::optional<certificate_value> parse_certificate_value(std::string_view text);
// All but where it was found.
std::string_view without_evidence(std::string_view text);

} // namespace sealgate::milter
