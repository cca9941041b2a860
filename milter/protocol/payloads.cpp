#include "milter/protocol/payloads.hpp"

#include "policy/base/bytes.hpp"
#include "policy/base/text.hpp"

namespace sealgate::milter {

namespace {

constexpr char inet = '4';    // SMFIA_INET
constexpr char inet6 = '6';   // SMFIA_INET6
constexpr char local = 'L';   // SMFIA_UNIX
constexpr char unknown = 'U'; // SMFIA_UNKNOWN

// Sendmail writes an IPv6 address as in a Received field, Postfix as plain text.
std::string_view plain_address(std::string_view address) {
    constexpr std::string_view prefix = "IPv6:";
    return text::istarts_with(address, prefix) ? address.substr(prefix.size()) : address;
}

} // namespace

std::optional<connected_client> read_connect(std::string_view payload) {
    bytes::cursor cursor(payload);
    const auto host = cursor.c_string();
    const auto family = cursor.u8();
    if (!host || !family) return std::nullopt;

    connected_client client{.name = std::string(*host), .address = {}};
    if (*family != unknown) {
        const auto port = cursor.u16();
        const auto address = cursor.c_string();
        if (!port || !address) return std::nullopt;
        if (*family == inet || *family == inet6)
            client.address = plain_address(*address);
        else if (*family != local)
            return std::nullopt;
    }
    if (!cursor.at_end()) return std::nullopt;
    return client;
}

std::optional<std::string_view> read_line(std::string_view payload) {
    bytes::cursor cursor(payload);
    const auto line = cursor.c_string();
    return cursor.at_end() ? line : std::nullopt;
}

std::optional<envelope_event> read_envelope(std::string_view payload) {
    bytes::cursor cursor(payload);
    const auto path = cursor.c_string();
    if (!path) return std::nullopt;
    envelope_event out{.path = *path, .parameters = {}};
    while (!cursor.at_end()) {
        const auto parameter = cursor.c_string();
        if (!parameter) return std::nullopt;
        out.parameters.push_back(*parameter);
    }
    return out;
}

std::optional<header_event> read_header(std::string_view payload) {
    bytes::cursor cursor(payload);
    const auto name = cursor.c_string();
    const auto value = cursor.c_string();
    if (!value || !cursor.at_end()) return std::nullopt;
    return header_event{.name = *name, .value = *value};
}

} // namespace sealgate::milter
