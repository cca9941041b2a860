#include "milter/protocol/release_name.hpp"

#include <algorithm>

namespace sealgate::milter {

namespace {

constexpr std::size_t digits = 32;
constexpr std::string_view behind_token = ".release.sealgate.invalid"; // RFC 2606: nobody's name

} // namespace

bool is_release_token(std::string_view text) {
    return text.size() == digits && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string release_name(std::string_view token) { return std::string(token) + std::string(behind_token); }

std::string token_in_name(std::string_view name) {
    const auto token = name.substr(0, std::min(name.size(), digits));
    return is_release_token(token) && name.substr(token.size()) == behind_token ? std::string(token) : std::string{};
}

} // namespace sealgate::milter
