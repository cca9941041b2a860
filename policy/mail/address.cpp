#include "policy/mail/address.hpp"

#include "policy/base/text.hpp"

#include <unicode/uidna.h>

#include <algorithm>
#include <array>
#include <memory>

namespace sealgate::policy {

namespace {

// "\"a b\"" -> "a b", RFC 5321 section 4.1.2 Quoted-string; anything else as it is.
std::string unquoted(std::string_view local) {
    if (local.size() < 2 || !local.starts_with('"') || !local.ends_with('"')) return std::string(local);
    std::string out;
    local = local.substr(1, local.size() - 2);
    for (std::size_t i = 0; i < local.size(); ++i) {
        if (local[i] == '\\' && i + 1 < local.size()) ++i;
        out += local[i];
    }
    return out;
}

// RFC 5321 section 4.1.2: atext.
bool needs_no_quotes(char c) { return text::is_alphanumeric(c) || std::string_view("!#$%&'*+-/=?^_`{|}~").contains(c); }

constexpr std::string_view routing = "%!@";

const UIDNA* uts46() {
    // Built once and never freed: ICU instances may be shared between threads.
    static const UIDNA* const instance = [] {
        UErrorCode status = U_ZERO_ERROR;
        return uidna_openUTS46(UIDNA_NONTRANSITIONAL_TO_ASCII | UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ, &status);
    }();
    return instance;
}

bool is_plain_domain(std::string_view domain) {
    return std::ranges::all_of(domain, [](char c) { return text::is_alphanumeric(c) || c == '-' || c == '.' || c == '_'; });
}

bool has_empty_label(std::string_view domain) {
    return domain.empty() || domain.starts_with('.') || domain.ends_with('.') || domain.contains("..");
}

} // namespace

std::string canonical_domain(std::string_view domain) {
    if (domain.starts_with('[') && domain.ends_with(']')) return text::lower(domain);
    if (domain.ends_with('.')) domain.remove_suffix(1);
    if (has_empty_label(domain) || domain.size() > 1000) return {};
    const bool has_a_label = text::icontains(domain, "xn--");
    if (is_plain_domain(domain) && !has_a_label) return domain.size() <= 253 ? text::lower(domain) : std::string{};

    std::array<char, 1024> out{};
    UErrorCode status = U_ZERO_ERROR;
    UIDNAInfo info = UIDNA_INFO_INITIALIZER;
    const auto length = uidna_nameToASCII_UTF8(uts46(), domain.data(), static_cast<std::int32_t>(domain.size()), out.data(),
                                               out.size(), &info, &status);
    if (U_FAILURE(status) || info.errors != 0 || length <= 0) return {};
    std::string canonical(out.data(), static_cast<std::size_t>(length));
    return is_plain_domain(canonical) && !has_empty_label(canonical) ? canonical : std::string{};
}

std::string readable(std::string_view domain_or_address) {
    const auto domain = domain_or_address.substr(domain_or_address.rfind('@') + 1); // npos + 1 is the beginning
    if (!text::icontains(domain, "xn--") || canonical_domain(domain).empty()) return std::string(domain_or_address);
    std::array<char, 1024> out{};
    UErrorCode status = U_ZERO_ERROR;
    UIDNAInfo info = UIDNA_INFO_INITIALIZER;
    const auto length = uidna_nameToUnicodeUTF8(uts46(), domain.data(), static_cast<std::int32_t>(domain.size()), out.data(),
                                                out.size(), &info, &status);
    if (U_FAILURE(status) || info.errors != 0 || length <= 0) return std::string(domain_or_address);
    return std::string(domain_or_address.substr(0, domain_or_address.size() - domain.size()))
        .append(out.data(), static_cast<std::size_t>(length))
        .append(" (" + std::string(domain) + ")");
}

address parse_address(std::string_view path) {
    path = text::trim(path);
    if (path.starts_with('<')) path.remove_prefix(1);
    if (path.ends_with('>')) path.remove_suffix(1);
    if (path.starts_with('@')) {
        // RFC 5321 section 4.1.1.3: a source route is dropped. Before a name alone it is the only place that is named.
        const auto colon = path.find(':');
        if (colon != std::string_view::npos && path.find('@', colon) != std::string_view::npos) path.remove_prefix(colon + 1);
    }
    address out{.spelled = std::string(path), .local = {}, .domain = {}};
    const auto read = without_blanks(path);
    const auto at = read.rfind('@');
    out.local = unquoted(std::string_view(read).substr(0, at));
    if (at != std::string::npos) out.domain = canonical_domain(std::string_view(read).substr(at + 1));
    return out;
}

std::string without_extension(std::string_view address_key, std::string_view delimiters) {
    const auto at = address_key.rfind('@');
    if (at == std::string_view::npos) return {};
    const auto end = address_key.substr(0, at).find_first_of(delimiters);
    if (end == 0 || end == std::string_view::npos) return {};
    return std::string(address_key.substr(0, end)).append(address_key.substr(at));
}

std::string without_blanks(std::string_view spelled) {
    const auto at = std::min(spelled.rfind('@'), spelled.size());
    const auto local = text::trim(spelled.substr(0, at));
    std::string out;
    bool quoted = false;
    for (std::size_t i = 0; i < local.size(); ++i) {
        if (local[i] == '"') quoted = !quoted;
        const bool escapes = local[i] == '\\' && i + 1 < local.size();
        if (!quoted && (text::is_space(local[i]) || (local[i] == '\\' && !(escapes && needs_no_quotes(local[i + 1])))))
            return std::string(spelled);
        if (!escapes || quoted) out += local[i];
        if (escapes) out += local[++i];
    }
    if (quoted) return std::string(spelled);
    return at == spelled.size() ? out : out.append("@").append(text::trim(spelled.substr(at + 1)));
}

bool address::is_unqualified() const {
    const auto in_a_name = [](char c) { return needs_no_quotes(c) || c == '.' || !text::is_ascii({&c, 1}); };
    return domain.empty() && !local.empty() && !spelled.contains('@') && local.find_first_of(routing) == std::string::npos &&
           std::ranges::all_of(local, in_a_name);
}

bool address::may_be_rerouted() const {
    return (domain.empty() && !is_unqualified()) || local.find_first_of(routing) != std::string::npos;
}

std::string address::key() const { return text::lower(local) + "@" + domain; }

bool is_envelope_address(std::string_view address) {
    constexpr std::size_t longest = 1000; // RFC 5321 says 256; Postfix reads lines of 2048
    if (address.empty() || address.size() > longest) return false;
    bool quoted = false;
    for (std::size_t i = 0; i < address.size(); ++i) {
        const auto c = address[i];
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return false;
        if (c == '"') quoted = !quoted;
        if (!quoted && (c == '<' || c == '>' || c == ' ')) return false;
        if (c != '\\') continue;
        // A backslash takes the sting out of the next character, which must be one that may stand there at
        // all.
        if (!quoted || ++i == address.size()) return false;
        if (static_cast<unsigned char>(address[i]) < 0x20 || address[i] == 0x7F) return false;
    }
    return !quoted && text::is_utf8(address);
}

} // namespace sealgate::policy
