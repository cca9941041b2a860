#include "policy/tags/marking.hpp"

#include "policy/base/text.hpp"
#include "policy/tags/language_words.hpp"
#include "policy/tags/region.hpp"

#include <unicode/uchar.h>

#include <algorithm>

namespace sealgate::policy {

namespace {

constexpr std::size_t longest_head = 200; // code points
constexpr std::size_t longest_prefix = 20;
constexpr std::size_t longest_tag = 40;
constexpr std::u32string_view signs = U"*#!=~_>+|•·–—-";
constexpr std::u32string_view setting_off = U":：|";
constexpr std::u32string_view dashes = U"-–—";

class head {
public:
    head(const folded_text& text, std::string_view source, const std::vector<const tag_word*>& tags, effort& left)
        : text_(text)
        , points_(text.points)
        , source_(source)
        , tags_(tags)
        , left_(left) {}

    // Behind each prefix and bracket something may begin: "Re: x: CONFIDENTIAL" has no marking, "Re: CONFIDENTIAL" has.
    std::optional<marking> find() {
        std::size_t at = 0;
        while (at < std::min(points_.size(), longest_head)) {
            const auto word = std::min(points_.find_first_not_of(signs, at), points_.size());
            if (const auto found = marking_from(at, word)) return found;
            const auto next = behind_bracket(at).value_or(behind_prefix(at));
            if (next <= at) return std::nullopt;
            at = next;
        }
        return std::nullopt;
    }

private:
    std::optional<marking> marking_from(std::size_t begin, std::size_t word) {
        const auto limit = std::min(points_.size(), word + longest_tag);
        if (word >= limit || !begins_word(text_, word) || !left_.take_candidate()) return std::nullopt;
        const auto region = region_of(text_, {word, limit});
        for (auto end = limit; end > word; --end) {
            const bool may_end = is_word(text_, {word, end}) || is_set_off(end);
            if (!may_end || !is_marked(begin, {word, end})) continue;
            if (const auto* tag = same_as(region.piece(word, end))) return marking{.where = {begin, end}, .tag = tag};
        }
        return std::nullopt;
    }

    const tag_word* same_as(const candidate& word) {
        const tag_word* out = nullptr;
        for (const auto* tag : tags_)
            if ((out == nullptr || tag->classification > out->classification) &&
                slips_between(word, *tag, forgive::none, left_) == 0U)
                out = tag;
        return out;
    }

    bool is_marked(std::size_t begin, span word) const { return begin < word.begin || is_set_off(word.end) || is_upper(word); }

    // By what follows. A hyphen without a space around it ties.
    bool is_set_off(std::size_t end) const {
        if (end >= points_.size()) return false;
        if (setting_off.contains(points_[end])) return true;
        const bool is_spaced = text_.after_space(end) || (end + 1 < points_.size() && text_.after_space(end + 1));
        return dashes.contains(points_[end]) && is_spaced;
    }

    // As it was written; letters of scripts without capitals do not shout.
    bool is_upper(span word) const {
        const auto begin = text_.origins[word.begin].begin, end = text_.origins[word.end - 1].end;
        bool any = false;
        for (const auto c : text::decode_utf8(source_.substr(begin, end - begin))) {
            if (u_islower(static_cast<UChar32>(c)) != 0) return false;
            any = any || u_isupper(static_cast<UChar32>(c)) != 0;
        }
        return any;
    }

    std::optional<std::size_t> behind_bracket(std::size_t at) const {
        if (bracket_of(points_[at]) != bracket::open) return std::nullopt;
        std::size_t depth = 0;
        for (auto i = at; i < std::min(points_.size(), at + longest_head); ++i) {
            const auto kind = bracket_of(points_[i]);
            if (kind == bracket::open) ++depth;
            if (kind == bracket::close && --depth == 0) return i + 1;
        }
        return std::nullopt;
    }

    // "Re:", "AW:", "Antwort (2):", "RE[2]:", "答复："; 0 where there is none. One word, so that what others write is not
    // passed over.
    std::size_t behind_prefix(std::size_t at) const {
        for (auto i = at; i < std::min(points_.size(), at + longest_prefix); ++i) {
            if (points_[i] == U':' || points_[i] == U'：') return i + 1;
            const bool is_part = is_word_point(points_[i]) || bracket_of(points_[i]) != bracket::none;
            const bool is_new_word = i > at && text_.after_space(i) && is_word_point(points_[i]);
            if (!is_part || is_new_word) return 0;
        }
        return 0;
    }

    const folded_text& text_;
    std::u32string_view points_;
    std::string_view source_;
    const std::vector<const tag_word*>& tags_;
    effort& left_;
};

} // namespace

std::optional<marking> marking_at_head(const folded_text& text, std::string_view source,
                                       const std::vector<const tag_word*>& tags, effort& left) {
    return tags.empty() ? std::nullopt : head(text, source, tags, left).find();
}

} // namespace sealgate::policy
