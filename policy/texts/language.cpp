#include "policy/texts/language.hpp"

#include "policy/base/text.hpp"
#include "policy/mail/encoded_word.hpp"
#include "policy/mail/mime.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace sealgate::policy {

namespace {

constexpr std::size_t most_read = 8192;
// Fewer words of a language than this could stand there by chance.
constexpr std::size_t least_words = 3;

// "de-DE" is "de" where there is no "de-DE".
const language_texts* find(std::string_view wanted, const std::vector<language_texts>& among) {
    for (;;) {
        const auto at = std::ranges::find_if(among, [&](const auto& one) { return text::iequals(one.tag, wanted); });
        if (at != among.end()) return &*at;
        const auto dash = wanted.rfind('-');
        if (dash == std::string_view::npos) return nullptr;
        wanted = wanted.substr(0, dash);
    }
}

std::optional<std::string> named_in(const message& mail, std::string_view field, const std::vector<language_texts>& among) {
    for (const auto value : field_values(mail, field)) {
        const auto list = unfolded(value);
        for (const auto part : text::split(list, ','))
            if (const auto* found = find(text::trim(part.substr(0, part.find(';'))), among)) return found->tag;
    }
    return std::nullopt;
}

std::string without_markup(std::string_view html) {
    std::string out;
    bool inside = false;
    for (const char c : html) {
        if (c == '<') inside = true;
        if (!inside) out += c;
        if (c == '>' && std::exchange(inside, false)) out += ' ';
    }
    return out;
}

std::string beginning_of_text(const message& mail) {
    const auto root = parse_mime(mail);
    const auto* part = root ? first_text(*root) : nullptr;
    const auto body = part ? decoded_body(*part) : std::nullopt;
    if (!body) return {};
    const auto begin = bytes_as_utf8(body->view().substr(0, most_read));
    return part->subtype == "html" ? without_markup(begin) : begin;
}

// Letters together; ASCII in lower case. Quoted lines are somebody else's.
std::map<std::string, std::size_t> words_in(std::string_view text) {
    std::map<std::string, std::size_t> out;
    while (!text.empty()) {
        const auto line = text::take_line(text);
        if (line.starts_with('>')) continue;
        std::string word;
        const auto end_word = [&] {
            if (!word.empty()) ++out[text::lower(word)];
            word.clear();
        };
        for (const char c : line) {
            const char lower = text::to_lower(c);
            if ((lower >= 'a' && lower <= 'z') || static_cast<unsigned char>(c) >= 0x80)
                word += c;
            else
                end_word();
        }
        end_word();
    }
    return out;
}

} // namespace

std::optional<std::string> language_of(const message& mail, const std::vector<language_texts>& among) {
    for (const auto* field : {"Content-Language", "Accept-Language"})
        if (auto named = named_in(mail, field, among)) return named;
    std::string all = beginning_of_text(mail);
    for (const auto subject : field_values(mail, "Subject")) all += "\n" + decode_words(unfolded(subject)).text;
    const auto there = words_in(all);
    const language_texts* best = nullptr;
    std::size_t most = least_words - 1, second = 0;
    for (const auto& one : among) {
        std::size_t count = 0;
        for (const auto& word : std::set(one.words.begin(), one.words.end()))
            if (const auto at = there.find(word); at != there.end()) count += at->second;
        if (count > most) {
            second = best ? most : 0;
            most = count;
            best = &one;
        } else {
            second = std::max(second, count);
        }
    }
    if (!best || most == second) return std::nullopt;
    return best->tag;
}

} // namespace sealgate::policy
