#include "policy/mail/mailbox_field.hpp"

#include "policy/base/text.hpp"
#include "policy/mail/encoded_word.hpp"

namespace sealgate::policy {

namespace {

// RFC 5322 section 3.4: a display name.
std::string display_name(std::string_view name) {
    auto written = encode_words(name);
    if (written.starts_with("=?")) return written;
    std::string out = "\"";
    for (const char c : written) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + "\"";
}

std::string in_field(const address& who) {
    const auto local = std::string_view(who.spelled).substr(0, who.spelled.rfind('@'));
    if (!text::is_ascii(who.spelled) && text::is_ascii(local) && !who.domain.empty())
        return std::string(local) + "@" + who.domain;
    return who.spelled;
}

} // namespace

std::string mailbox(const address& who) { return "<" + in_field(who) + ">"; }

std::string own_mailbox(std::string_view name, const address& who) {
    return display_name(name) + "\r\n " + (who.is_null() ? std::string("<MAILER-DAEMON>") : mailbox(who));
}

} // namespace sealgate::policy
