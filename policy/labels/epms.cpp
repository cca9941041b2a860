#include "policy/labels/epms.hpp"

#include "policy/base/fold.hpp"
#include "policy/base/text.hpp"

#include <algorithm>
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
        if (one.key == U"ver" && !is_version(one.value)) malformed_ = true;
        if (one.key == U"ns") {
            malformed_ = malformed_ || !space_.empty();
            space_ = text::encode_utf8(one.value);
        }
    }

    std::vector<std::string> classes_;
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
    constexpr std::u32string_view start = U"sec=";
    const auto text = fold(subject);
    const std::u32string_view points = text.points;
    std::vector<placed_label> out;
    for (auto at = points.find(start); at != points.npos; at = points.find(start, at)) {
        const auto open = at == 0 ? U'\0' : points[at - 1];
        const auto begin = std::exchange(at, at + start.size());
        if (bracket_of(open) != bracket::open) continue;
        const auto end = end_of_marking(points, begin);
        const bool is_closed = end < points.size();
        const auto first = text.origins[begin - 1].begin;
        const auto last = text.origins[is_closed ? end : end - 1].end;
        placed_label made{.what = epms_reader(points.substr(begin, end - begin)).as_label(subject.substr(first, last - first)),
                          .begin = first,
                          .end = last};
        made.what.malformed = made.what.malformed || open != U'[' || !is_closed || points[end] != U']';
        out.push_back(std::move(made));
        at = end;
    }
    return out;
}

} // namespace sealgate::policy
