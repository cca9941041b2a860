#include "milter/agreement/certificate_value.hpp"

#include "policy/base/text.hpp"

#include <utility>

namespace sealgate::milter {

namespace {

struct first_line {
    certificate_use use;
    std::size_t length;
};

std::optional<first_line> take_first_line(std::string_view& rest) {
    const auto words = text::split(text::take_line(rest), ' ');
    const auto use = policy::named_as<certificate_use>(words[0]);
    const auto length = words.size() == 2 ? text::whole_number<std::size_t>(words[1]) : std::nullopt;
    if (!use || !length || *length > rest.size()) return std::nullopt;
    return first_line{.use = *use, .length = *length};
}

} // namespace

std::string to_text(const certificate_value& of) {
    std::string out = std::string(policy::name_of(of.use)) + " " + std::to_string(of.binary.size()) + "\n" + of.binary;
    for (const auto& one : of.found)
        if (one.address.find_first_of(" \n") == std::string::npos && !one.place.contains('\n')) // else it has no such line
            out += one.address + " " + std::to_string(one.first.time_since_epoch().count()) + " " + one.place + "\n";
    return out;
}

std::optional<certificate_value> parse_certificate_value(std::string_view text) {
    auto rest = text;
    const auto first = take_first_line(rest);
    if (!first) return std::nullopt;
    certificate_value out{.use = first->use, .binary = std::string(rest.substr(0, first->length))};
    rest.remove_prefix(first->length);
    while (!rest.empty()) {
        const auto line = text::take_line(rest);
        const auto words = text::split(line, ' ');
        const auto seconds = words.size() > 2 ? text::whole_number<std::uint32_t>(words[1]) : std::nullopt;
        if (!seconds) return std::nullopt;
        out.found.push_back({.fingerprint = {},
                             .address = std::string(words[0]),
                             .place = std::string(line.substr(words[0].size() + words[1].size() + 2)),
                             .first = keys::time_point(std::chrono::seconds(*seconds))});
    }
    return out;
}

std::string_view without_evidence(std::string_view text) {
    auto rest = text;
    const auto first = take_first_line(rest);
    return first ? text.substr(0, text.size() - rest.size() + first->length) : text;
}

} // namespace sealgate::milter
