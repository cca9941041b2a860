#include "policy/mail/readings.hpp"

#include "policy/base/text.hpp"
#include "policy/mail/mime.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace sealgate::policy {
namespace {

class collector {
public:
    explicit collector(std::string_view unfolded)
        : unfolded_(unfolded)
        , out_{.first = decode_words(unfolded)} {}

    void add_other_ways() {
        using enum word_reading;
        if (!out_.first.disputed) return;
        for (const auto how : {apart, joined, little_endian, big_endian}) add(out_.others, decode_words(unfolded_, how).text);
        add(out_.guesses, decode_words(unfolded_, shifted).text);
        add(out_.plain, decode_words(unfolded_, plain).text);
    }

    void add_raw() { add(out_.plain, bytes_as_utf8(unfolded_)); }

    void add_unlabelled_as(std::string_view label, std::vector<std::string>& to) {
        const charset taken_for(label);
        if (taken_for.kind() == charset_kind::unknown || taken_for.kind() == charset_kind::wide) return;
        add(to, decode_words(unfolded_, word_reading::standard, &taken_for).text);
    }

    void add_declared(std::string_view label, bool unlabelled) {
        add_unlabelled_as(label, out_.others);
        const charset named(label);
        if ((unlabelled || has_escapes(unfolded_)) && is_beyond_us(named.kind()) && !text::icontains(label, "unknown") &&
            std::exchange(out_.first.all, legible::no) == legible::yes)
            out_.first.unread = text::printable(label, longest_shown);
        if (named.kind() != charset_kind::wide) return;
        for (const auto order : {byte_order::little, byte_order::big}) add(out_.others, named.read_in_order(unfolded_, order));
    }

    void guess() {
        out_.guessed = true;
        for (const auto label : legacy_charsets()) add_unlabelled_as(label, out_.guesses);
    }

    void add_undeclared() {
        for (const auto label : {"utf-7", "hz-gb-2312"}) add_unlabelled_as(label, out_.doubted);
    }

    const decoded_words& first() const { return out_.first; }
    field_readings take() && { return std::move(out_); }

private:
    static constexpr std::size_t longest_shown = 40;

    static bool is_beyond_us(charset_kind kind) { return kind == charset_kind::unknown || kind == charset_kind::foreign; }

    void add(std::vector<std::string>& to, std::string text) {
        const auto has = [&](const std::vector<std::string>& texts) { return std::ranges::find(texts, text) != texts.end(); };
        if (text != out_.first.text && !has(out_.others) && !has(out_.plain) && !has(out_.guesses))
            to.push_back(std::move(text));
    }

    std::string_view unfolded_;
    field_readings out_;
};

// ASCII that is something else in a charset with a state: HZ and UTF-7.
bool may_switch(std::string_view raw) { return raw.contains("~{") || raw.contains('+'); }

} // namespace

field_readings readings_of(std::string_view unfolded, const unlabelled_bytes& raw) {
    collector found(unfolded);
    found.add_other_ways();
    found.add_raw();
    const bool unlabelled = found.first().unlabelled;
    if (unlabelled || may_switch(unfolded) || has_escapes(unfolded))
        for (const auto& label : raw.declared()) found.add_declared(label, unlabelled);
    if (unlabelled && raw.may_guess()) found.guess();
    if (may_switch(unfolded)) found.add_undeclared();
    return std::move(found).take();
}

std::vector<std::string> declared_charsets(const message& mail) {
    const auto root = parse_mime(mail);
    if (!root) return {};
    std::vector<std::string> out;
    for (const auto* part : {&*root, first_text(*root)}) {
        const auto named = part ? part->parameter("charset") : std::string_view{};
        if (!named.empty() && std::ranges::find(out, named) == out.end()) out.emplace_back(named);
    }
    return out;
}

} // namespace sealgate::policy
