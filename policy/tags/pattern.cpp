#include "policy/tags/pattern.hpp"

#include "policy/base/text.hpp"
#include "policy/mail/encoded_word.hpp"

#include <algorithm>
#include <tuple>

namespace sealgate::policy {
namespace {

std::u32string folded_points(std::string_view spelled) { return fold(bytes_as_utf8(spelled)).points; }

// Signs that tie words together where no white space stands between: "AMBER+STRICT", "VS-NfD",
// "OFFICIAL:Sensitive". On the left a colon does not: "Re:secret:" is a reply.
constexpr std::u32string_view ties_right = U"+-.=&_'@:";
constexpr std::u32string_view ties_left = U"+-.=&_'@";

// A letter or digit in a delimiter must itself stand at a word's edge: "TLP:" does not begin within "HTTLP:".
bool left_edge_holds(const folded_text& text, std::size_t begin, bool open) {
    return (!open && !is_word_point(text.points[begin])) || word_can_begin(text, begin);
}

bool right_edge_holds(const folded_text& text, std::size_t end, bool open) {
    return (!open && !is_word_point(text.points[end - 1])) || word_can_end(text, end);
}

void match_pattern(const folded_text& text, const tag_pattern& pattern, const std::vector<tag_word>& tags,
                   std::vector<tag_match>& out) {
    const std::u32string_view points = text.points;
    const bool open_left = pattern.before.empty(), open_right = pattern.after.empty();
    const auto try_tag = [&](std::size_t tag_begin, const tag_word& tag) {
        const auto tag_end = tag_begin + tag.folded.size();
        const span where{.begin = tag_begin - pattern.before.size(), .end = tag_end + pattern.after.size()};
        if (left_edge_holds(text, where.begin, open_left) && right_edge_holds(text, where.end, open_right))
            out.push_back({.where = where, .tag = &tag});
    };
    for (const auto at : places_of(open_left ? pattern.after : pattern.before, text)) {
        for (const auto& tag : tags) {
            if (open_left) {
                if (points.substr(0, at).ends_with(tag.folded)) try_tag(at - tag.folded.size(), tag);
                continue;
            }
            const auto begin = at + pattern.before.size();
            const auto rest = points.substr(begin);
            if (rest.empty() || rest.front() != tag.folded.front()) continue; // most end here: keep it cheap
            if (rest.starts_with(tag.folded) && rest.substr(tag.folded.size()).starts_with(pattern.after)) try_tag(begin, tag);
        }
    }
}

// Equal places happen where two patterns and two tags spell the same; the most sensitive holds.
void keep_longest(std::vector<tag_match>& matches) {
    std::ranges::sort(matches, {}, [](const tag_match& match) {
        return std::tuple(match.where.begin, ~match.where.end,
                          ~match.tag->classification); // ~: greatest first
    });
    std::size_t reached = 0;
    std::erase_if(matches, [&](const tag_match& match) {
        const bool within_another = match.where.end <= reached;
        reached = std::max(reached, match.where.end);
        return within_another;
    });
}

// A scheme is set off from the tag by punctuation: with "class {tag}", every "classic" would be a claim.
std::u32string scheme_of(std::u32string_view before) {
    if (before.empty() || is_word_point(before.back())) return {};
    while (!before.empty() && !is_word_point(before.back())) before.remove_suffix(1);
    while (!before.empty() && !is_word_point(before.front())) before.remove_prefix(1);
    return std::u32string(before);
}

std::vector<tag_word> claims_of(const std::u32string& scheme, const std::vector<tag_word>& tags) {
    std::vector<tag_word> claims;
    for (const auto& tag : tags) {
        auto claim = make_tag_word(text::encode_utf8(scheme + tag.folded), tag.classification);
        claim.spelled = tag.spelled;
        claims.push_back(std::move(claim));
    }
    return claims;
}

} // namespace

std::vector<tag_pattern> tag_patterns(const policy& rules, const std::vector<tag_word>& tags) {
    std::vector<tag_pattern> patterns;
    for (const auto& spelled : rules.carriers.subject) {
        tag_pattern pattern{.spelled = spelled,
                            .before = folded_points(spelled.before),
                            .after = folded_points(spelled.after),
                            .scheme = {},
                            .claims = {}};
        if (pattern.before.empty() && pattern.after.empty()) continue;
        pattern.scheme = scheme_of(pattern.before);
        if (!pattern.scheme.empty()) pattern.claims = claims_of(pattern.scheme, tags);
        patterns.push_back(std::move(pattern));
    }
    return patterns;
}

std::vector<tag_match> match_tags(const folded_text& text, const std::vector<tag_pattern>& patterns,
                                  const std::vector<tag_word>& tags) {
    std::vector<tag_match> matches;
    for (const auto& pattern : patterns) match_pattern(text, pattern, tags, matches);
    keep_longest(matches);
    return matches;
}

bool word_can_begin(const folded_text& text, std::size_t at) {
    if (at == 0 || text.after_space(at)) return true;
    const char32_t before = text.points[at - 1];
    if (is_word_point(before)) return false;
    const bool tied = ties_left.contains(before) && at >= 2 && !text.after_space(at - 1);
    return !(tied && is_word_point(text.points[at - 2]));
}

bool word_can_end(const folded_text& text, std::size_t at) {
    if (at == text.size() || text.after_space(at)) return true;
    const char32_t after = text.points[at];
    if (is_word_point(after)) return false;
    const bool tied = ties_right.contains(after) && at + 1 < text.size() && !text.after_space(at + 1);
    return !(tied && is_word_point(text.points[at + 1]));
}

std::vector<std::size_t> places_of(std::u32string_view piece, const folded_text& text) {
    std::vector<std::size_t> places;
    for (auto at = text.points.find(piece); at != std::u32string::npos; at = text.points.find(piece, at + 1))
        places.push_back(at);
    return places;
}

} // namespace sealgate::policy
