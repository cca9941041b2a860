#include "keys/certificates/user_id.hpp"

#include "policy/base/text.hpp"
#include "policy/mail/address.hpp"

namespace sealgate::keys {

namespace {

// Empty: none.
std::string_view spelled_in(std::string_view id) {
    if (id.ends_with('>')) {
        const auto open = id.rfind('<');
        return open == std::string_view::npos ? std::string_view{} : id.substr(open + 1, id.size() - open - 2);
    }
    constexpr std::string_view scheme = "mailto:"; // RFC 6068
    const bool is_link = text::istarts_with(id, scheme);
    if (is_link) id.remove_prefix(scheme.size());
    if (const auto comment = id.find(" ("); comment != std::string_view::npos && id.ends_with(')'))
        id = text::trim(id.substr(0, comment));
    constexpr std::string_view of_text = " \t\"()<>,;:\\", of_links = "?%#";
    const bool is_plain = id.find_first_of(of_text) == std::string_view::npos &&
                          (!is_link || id.find_first_of(of_links) == std::string_view::npos);
    return is_plain ? id : std::string_view{};
}

} // namespace

std::string address_in_user_id(std::string_view user_id) {
    const auto spelled = spelled_in(text::trim(user_id));
    if (spelled.empty()) return {};
    const auto address = policy::parse_address(spelled);
    return address.domain.empty() || address.local.empty() ? std::string{} : address.key();
}

} // namespace sealgate::keys
