#include "policy/labels/epms.hpp"

#include "policy/base/fold.hpp"
#include "policy/base/text.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace sealgate::policy {
namespace {

struct epms_token {
    std::u32string key;
    std::u32string value;
};

// Folded text: it has no white space, and no capitals.
class epms_reader {
public:
    explicit epms_reader(std::u32string_view text) {
        epms_token open;
        bool in_value = false;
        for (std::size_t i = 0; i < text.size(); ++i) {
            auto c = text[i];
            const bool escaped = c == U'\\' && i + 1 < text.size();
            if (escaped) c = text[++i];
            if (!escaped && c == U',') {
                take(std::exchange(open, {}), std::exchange(in_value, false));
            } else if (!escaped && c == U'=' && !in_value) {
                in_value = true;
            } else {
                (in_value ? open.value : open.key) += c;
            }
        }
        take(open, in_value);
    }

    label as_label(std::string_view written) && {
        const bool malformed = malformed_ || classes_.size() != 1;
        std::ranges::move(caveats_, std::back_inserter(classes_)); // where the policy knows one, it counts
        return {.text = std::string(written), .values = std::move(classes_), .malformed = malformed};
    }

    const std::string& space() const { return space_; }

private:
    static bool is_version(std::u32string_view value) {
        const auto is_digit = [](char32_t c) { return c >= U'0' && c <= U'9'; };
        constexpr std::size_t year = 4;
        return value.size() > year + 1 && value[year] == U'.' && std::ranges::all_of(value.substr(0, year), is_digit) &&
               std::ranges::all_of(value.substr(year + 1), is_digit);
    }

    void take(const epms_token& one, bool has_value) {
        if (!has_value || one.value.empty()) malformed_ = true;
        if (one.key == U"sec") classes_.push_back(text::encode_utf8(one.value));
        if (one.key == U"caveat") caveats_.push_back(text::encode_utf8(one.value));
        if (one.key == U"ver" && !is_version(one.value)) malformed_ = true;
        if (one.key == U"ns") {
            malformed_ = malformed_ || !space_.empty();
            space_ = text::encode_utf8(one.value);
        }
    }

    std::vector<std::string> classes_, caveats_;
    std::string space_;
    bool malformed_ = false;
};

// Where the marking that begins there ends, before the bracket that closes it, or before the end of the text.
std::size_t end_of_marking(std::u32string_view text, std::size_t begin) {
    for (auto i = begin; i < text.size(); ++i) {
        if (text[i] == U'\\')
            ++i;
        else if (bracket_of(text[i]) == bracket::close)
            return i;
    }
    return text.size();
}

constexpr std::u32string_view proper_start = U"sec=";

// "SEC=", and in brackets what is nearly that: another sign, two letters swapped, or other keys before it. `written`: what
// stands there in the Subject. In small letters "[sec team]" is no marking.
bool begins_marking(const folded_text& text, std::size_t at, std::string_view written, bool in_bracket) {
    constexpr std::size_t letters = 3;
    const auto rest = std::u32string_view(text.points).substr(at);
    if (rest.size() <= proper_start.size()) return in_bracket && rest.starts_with(proper_start);
    if (rest.starts_with(proper_start)) return in_bracket || !is_ascii_digit(rest[proper_start.size()]);
    if (!in_bracket) return false;
    const auto key = rest.substr(0, letters);
    const bool is_tied = std::u32string_view(U":-–").contains(rest[letters]) || text.after_space(at + letters);
    if (key == U"sec" && is_tied) return std::ranges::none_of(written, [](char c) { return c >= 'a' && c <= 'z'; });
    if (key == U"sce" || key == U"esc") return rest[letters] == U'=';
    return rest.starts_with(U"ver=") || rest.starts_with(U"access=") || rest.starts_with(U"caveat=");
}

// As far as a marking's key and value are looked at before it is taken for one.
std::size_t end_of_word_after(std::u32string_view points, std::size_t begin) {
    constexpr std::size_t most = 64;
    auto end = begin + 1;
    while (end < points.size() && end - begin < most && bracket_of(points[end]) == bracket::none) ++end;
    return end;
}

std::size_t end_of_bare_marking(const folded_text& text, std::size_t begin) {
    auto end = begin + 1;
    while (end < text.size() && !text.after_space(end) && bracket_of(text.points[end]) == bracket::none) ++end;
    return end;
}

} // namespace

protective_marking read_protective_marking(std::string_view utf8) {
    epms_reader read(fold(utf8).points);
    protective_marking out{.what = {}, .space = read.space()};
    out.what = std::move(read).as_label(utf8);
    return out;
}

bool is_namespace_of(std::string_view space, const std::vector<std::string>& of) {
    return std::ranges::any_of(of, [&](const std::string& one) { return space == one || space.ends_with("." + one); });
}

std::vector<placed_label> protective_markings_in(std::string_view subject) {
    const auto text = fold(subject);
    const std::u32string_view points = text.points;
    std::vector<placed_label> out;
    for (std::size_t at = 0; at < points.size(); ++at) {
        const bool opens = bracket_of(points[at]) == bracket::open;
        const auto inner = opens ? at + 1 : at;
        const bool begins = opens || at == 0 || text.after_space(at);
        if (!begins || inner >= points.size()) continue;
        const auto from = text.origins[inner].begin;
        const auto near = opens ? end_of_word_after(points, inner) : inner + 1;
        if (!begins_marking(text, inner, subject.substr(from, text.origins[near - 1].end - from), opens)) continue;
        const auto end = opens ? end_of_marking(points, inner) : end_of_bare_marking(text, inner);
        const bool is_closed = opens && end < points.size();
        const auto first = text.origins[at].begin;
        const auto last = text.origins[is_closed ? end : end - 1].end;
        placed_label made{.what = epms_reader(points.substr(inner, end - inner)).as_label(subject.substr(first, last - first)),
                          .begin = first,
                          .end = last};
        const bool is_proper =
            points.substr(inner).starts_with(proper_start) && points[at] == U'[' && is_closed && points[end] == U']';
        made.what.malformed = made.what.malformed || !is_proper;
        out.push_back(std::move(made));
        at = end;
    }
    return out;
}

} // namespace sealgate::policy
