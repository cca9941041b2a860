#include "milter/audit/address_list.hpp"

#include "policy/base/text.hpp"
#include "policy/mail/mailbox_list.hpp"

#include <algorithm>

namespace sealgate::milter {

namespace {

// Blanks and marks that spreadsheets and mail programs leave behind, and that would be a part of the address.
bool has_unseen(std::string_view line) {
    constexpr std::u32string_view unseen = U"\u00A0\u200B\u200C\u200D\u200E\u200F\u2060\uFEFF";
    return std::ranges::any_of(text::decode_utf8(line), [&](char32_t c) {
        return (c < ' ' && c != '\t') || (c >= 0x7F && c < 0xA0) || unseen.contains(c);
    });
}

// Outside of quotes, where a name or a local part may have anything.
bool has_outside_quotes(std::string_view text, std::string_view any_of) {
    bool quoted = false;
    return std::ranges::any_of(text, [&](char c) {
        if (c == '"') quoted = !quoted;
        return !quoted && any_of.contains(c);
    });
}

bool is_one_address(std::string_view line) {
    const auto name = line.ends_with('>') ? line.substr(0, line.rfind('<')) : std::string_view{};
    const bool others = has_outside_quotes(name, "<>") || (has_outside_quotes(name, "@") && has_outside_quotes(name, ",;"));
    return !others && !has_outside_quotes(policy::bare_address(line), " \t,;<>");
}

} // namespace

std::expected<std::vector<std::string>, std::string> read_address_list(const std::string& file, std::string_view bytes) {
    bytes = text::without_byte_order_mark(bytes);
    std::vector<std::string> out;
    for (std::size_t number = 1; !bytes.empty(); ++number) {
        const auto line = text::trim(text::take_line(bytes));
        const auto refusal = [&](std::string_view why) {
            return std::unexpected(file + ":" + std::to_string(number) + ": " + std::string(why));
        };
        if (!text::is_utf8(line)) return refusal("it is not UTF-8");
        if (has_unseen(line)) return refusal("it holds characters that cannot be seen, next to what should be an address");
        if (line.empty() || line.starts_with('#')) continue;
        if (!is_one_address(line)) return refusal("\"" + text::printable(line) + "\" is not one address or login; one a line");
        if (auto who = policy::bare_address(line); !who.empty()) out.push_back(std::move(who));
    }
    return out;
}

} // namespace sealgate::milter
