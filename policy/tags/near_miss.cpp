#include "policy/tags/near_miss.hpp"

#include "policy/tags/compound.hpp"
#include "policy/tags/idioms.hpp"
#include "policy/tags/marking.hpp"
#include "policy/tags/region.hpp"

#include <algorithm>
#include <numeric>
#include <ranges>
#include <tuple>
#include <utility>

namespace sealgate::policy {
namespace {

constexpr std::size_t no_suggestion = 100; // more doubtful than any number of slips

// Text between two delimiters.
struct group {
    span outer;
    span inner;
    const tag_pattern* own = nullptr; // whose delimiters they are; none: foreign brackets
};

// Within the policy's own delimiters, or somewhere else.
enum class standing : std::uint8_t { own, stray };

bool is_bracketed(const tag_pattern& pattern) {
    const auto has = [](std::u32string_view side, bracket kind) {
        return std::ranges::any_of(side, [&](char32_t c) { return bracket_of(c) == kind; });
    };
    return has(pattern.before, bracket::open) && has(pattern.after, bracket::close);
}

class finder {
public:
    finder(std::string_view source, const folded_text& text, const tag_lexicon& wanted, const std::vector<tag_match>& exact,
           effort& left)
        : source_(source)
        , text_(text)
        , wanted_(wanted)
        , exact_(exact)
        , left_(left) {}

    std::vector<suspect> find() {
        for (const auto& pattern : wanted_.patterns) {
            if (pattern.before.empty() || pattern.after.empty())
                read_open_pattern(pattern);
            else
                read_closed_pattern(pattern);
            if (!pattern.scheme.empty()) read_scheme(pattern);
        }
        read_foreign_brackets();
        read_head();
        return least_doubtful();
    }

private:
    void read_head() {
        if (left_.spent) return;
        if (const auto found = marking_of_subject(text_, source_, wanted_.sensitive, left_))
            if (!is_ordinary_here(found->where) && !is_ordinary_here(found->word))
                suspect_at(found->where, 1, wanted_.patterns.front(), *found->tag, standing::stray);
    }

    bool is_ordinary_here(span where) const {
        return wanted_.is_ordinary_here(std::u32string_view(text_.points).substr(where.begin, where.size()));
    }

    // "{tag}:", "#{tag}": the words next to the delimiter.
    void read_open_pattern(const tag_pattern& pattern) {
        for (const auto at : places_of(pattern.before.empty() ? pattern.after : pattern.before, text_)) {
            if (left_.spent) return;
            if (pattern.before.empty())
                read_words_before(at, pattern);
            else
                read_words_after(at, pattern);
        }
    }

    // "[{tag}]", "#{tag}#": what stands between the delimiters, and the words next to one that lacks its
    // partner. Brackets show which one that is; other signs do not, and are read both ways.
    void read_closed_pattern(const tag_pattern& pattern) {
        const bool bracketed = is_bracketed(pattern);
        const auto befores = places_of(pattern.before, text_);
        const auto afters = places_of(pattern.after, text_);
        auto after = afters.begin();
        auto unpaired = afters.begin(); // those before it were paired, or read as lone ones
        for (std::size_t i = 0; i < befores.size() && !left_.spent; ++i) {
            const auto inner = befores[i] + pattern.before.size();
            after = std::ranges::lower_bound(after, afters.end(), inner);
            const bool last = i + 1 == befores.size();
            const bool paired = after != afters.end() && (last || befores[i + 1] >= *after);
            const bool closed = paired && *after - inner <= longest_group;
            if (closed) {
                read_group({.outer = {befores[i], *after + pattern.after.size()}, .inner = {inner, *after}, .own = &pattern});
                if (bracketed) read_lone_afters(unpaired, after, pattern);
                if (bracketed) unpaired = after + 1;
            }
            if (paired && !closed && bracketed) read_long_group({inner, *after}, pattern, standing::own);
            if (!closed || !bracketed) read_words_after(befores[i], pattern);
        }
        read_lone_afters(unpaired, afters.end(), pattern);
    }

    using place = std::vector<std::size_t>::const_iterator;

    void read_lone_afters(place from, place to, const tag_pattern& pattern) {
        for (; from < to && !left_.spent; ++from) read_words_before(*from, pattern);
    }

    // "TLP RED", "TPL:RED", "TLP:PURPLE".
    void read_scheme(const tag_pattern& pattern) {
        for (const auto at : places_of(pattern.scheme, text_))
            if (word_can_begin(text_, at)) read_words_from({at, at}, pattern, pattern.claims);
        for (const auto at : places_of(pattern.before, text_)) {
            const auto word = at + pattern.before.size();
            if (word == text_.size() || (is_word_point(text_.points[at]) && !word_can_begin(text_, at))) continue;
            if (!left_.take_candidate()) return;
            suspect_unknown({at, end_of_word(text_, word)});
        }
    }

    // Pairs of brackets with no other bracket between them. Those of a pattern were read with it.
    void read_foreign_brackets() {
        constexpr auto none = std::u32string::npos;
        auto open = none;
        for (std::size_t i = 0; i < text_.size() && !left_.spent; ++i) {
            const auto kind = bracket_of(text_.points[i]);
            if (kind == bracket::open) open = i;
            if (kind != bracket::close) continue;
            if (open != none && !is_own(text_.points[open], text_.points[i])) {
                const group found{.outer = {open, i + 1}, .inner = {open + 1, i}};
                if (found.inner.size() <= longest_group)
                    read_group(found);
                else
                    read_long_group(found.inner, wanted_.patterns.front(), standing::stray);
            }
            open = none;
        }
        read_turned_quotes();
    }

    // »confidential«: the marks that elsewhere stand the other way.
    void read_turned_quotes() {
        bool opened = false; // « x » is a pair of the other kind
        for (std::size_t i = 0; i < text_.size() && !left_.spent; ++i) {
            const char32_t c = text_.points[i];
            const bool closes = (c == U'»' || c == U'›') && std::exchange(opened, false);
            if (c == U'«' || c == U'‹') opened = true;
            if ((c != U'»' && c != U'›') || closes) continue;
            const auto reach = std::u32string_view(text_.points).substr(i + 1, longest_group);
            const auto size = reach.find(c == U'»' ? U'«' : U'‹');
            if (size == reach.npos) continue;
            read_group({.outer = {i, i + size + 2}, .inner = {i + 1, i + 1 + size}});
            i += size + 1;
        }
    }

    bool is_own(char32_t open, char32_t close) const {
        return std::ranges::any_of(wanted_.patterns, [&](const tag_pattern& pattern) {
            return pattern.before == std::u32string_view(&open, 1) && pattern.after == std::u32string_view(&close, 1);
        });
    }

    void read_group(const group& group) {
        if (group.inner.size() == 0 || is_within_exact(group.outer) || !left_.take_candidate()) return;
        if (is_ordinary_here(group.inner) || (group.own == nullptr && follows_vote(text_, group.outer.begin))) return;
        const auto region = region_of(text_, group.inner);
        const auto& pattern = group.own != nullptr ? *group.own : wanted_.patterns.front();
        const bool is_bracket = group.own == nullptr || is_bracketed(*group.own);
        if (!is_exact_at(group.outer)) read_whole_group(region, group, pattern);
        if (is_bracket && !read_tag_among_words(region, group, pattern)) read_tied(region, group, pattern);
    }

    // To one word of several.
    static forgive forgiven_in(const group& group) { return group.own != nullptr ? forgive::one_slip : forgive::none; }

    static standing standing_of(const group& group) { return group.own != nullptr ? standing::own : standing::stray; }

    void read_whole_group(const region& region, const group& group, const tag_pattern& pattern) {
        const auto whole = region.piece(group.inner.begin, group.inner.end);
        // "(internal)" is ordinary writing; "(confidential)" is too costly to be taken for that, but no slip of it.
        const auto near = nearest_to(whole, wanted_.tags, group.own != nullptr ? forgive::slips : forgive::none, left_);
        if (near && (group.own != nullptr || wanted_.is_sensitive(*near->tag)))
            suspect_at(group.outer, near->slips, pattern, *near->tag, standing_of(group));
        if (const auto other = nearest_to(whole, wanted_.others, forgive::none, left_);
            !near && other && (group.own != nullptr || wanted_.is_sensitive(*other->tag)))
            suspect_at(group.outer, 1, pattern, *other->tag, standing_of(group));
        for (const auto& schemed : wanted_.patterns)
            if (const auto claim = nearest_to(whole, schemed.claims, forgive::slips, left_))
                suspect_at(group.outer, claim->slips, schemed, *claim->tag, standing::own);
        if (group.own != nullptr && whole.folded.contains(U'\uFFFD')) suspect_unknown(group.outer);
    }

    // Of several tags the most sensitive is the one to suggest. Whether there is one.
    bool read_tag_among_words(const region& region, const group& group, const tag_pattern& pattern) {
        std::optional<nearest_tag> best;
        span where = group.outer;
        const auto forgiven = forgiven_in(group);
        for (auto begin = group.inner.begin; begin < group.inner.end && !left_.spent; ++begin) {
            if (!begins_word(text_, begin)) continue;
            for (auto end = begin + 1; end <= std::min(group.inner.end, begin + longest_) && !left_.spent; ++end) {
                if (!is_word(text_, {begin, end}) || is_exact_at({begin, end}) || is_ordinary_here({begin, end})) continue;
                if (is_taken_back(text_, source_, begin) || is_set_phrase(text_, {begin, end})) continue;
                const auto near = nearest_word(region.piece(begin, end), forgiven);
                if (!near || !wanted_.is_sensitive(*near->tag)) continue;
                if (best && near->tag->classification <= best->tag->classification) continue;
                best = near;
                if (is_exact_at(group.outer)) where = {begin, end};
            }
        }
        if (!best) return read_look_alikes(region, pattern, standing_of(group)); // longer words, with marks on each letter
        suspect_at(where, best->slips + 1, pattern, *best->tag, standing_of(group));
        return true;
    }

    // Of a word among others, where something is forgiven.
    std::optional<nearest_tag> nearest_word(const candidate& word, forgive how_much) {
        const auto near = nearest_to(word, wanted_.tags, how_much, left_);
        if (near || how_much == forgive::none) return near;
        for (const auto& tag : std::views::reverse(wanted_.tags))
            if (wanted_.is_sensitive(tag) && is_inflection(word.folded, tag)) return nearest_tag{.tag = &tag, .slips = 1};
        return std::nullopt;
    }

    // "[hr-confidential]"
    void read_tied(const region& region, const group& group, const tag_pattern& pattern) {
        if (is_exact_at(group.outer) || is_claim_at(group.outer.begin)) return;
        if (const auto* tag = tied_tag(text_, source_, region, wanted_.sensitive, forgiven_in(group), left_))
            suspect_at(group.outer, 2, pattern, *tag, standing_of(group));
    }

    // What a pattern that names its scheme says there is for it to tell.
    bool is_claim_at(std::size_t at) const {
        const auto rest = std::u32string_view(text_.points).substr(at);
        return std::ranges::any_of(wanted_.patterns, [&](const tag_pattern& pattern) {
            return !pattern.scheme.empty() && rest.starts_with(pattern.before);
        });
    }

    void read_long_group(span inner, const tag_pattern& pattern, standing where) {
        if (!left_.take_candidate()) return;
        const auto region = region_of(text_, inner);
        if (!read_look_alikes(region, pattern, where) && where == standing::own) read_words(region, pattern);
    }

    // Word by word.
    void read_words(const region& region, const tag_pattern& pattern) {
        for (auto begin = region.where.begin; begin < region.where.end && !left_.spent; ++begin) {
            if (!begins_word(text_, begin)) continue;
            const span word{.begin = begin, .end = std::min(end_of_word(text_, begin), region.where.end)};
            begin = word.end - 1;
            if (word.size() > longest_ || is_exact_at(word) || is_ordinary_here(word)) continue;
            if (is_taken_back(text_, source_, word.begin) || is_set_phrase(text_, word)) continue;
            const auto near = nearest_word(region.piece(word.begin, word.end), forgive::one_slip);
            if (near && wanted_.is_sensitive(*near->tag)) suspect_at(word, near->slips + 1, pattern, *near->tag, standing::own);
        }
    }

    // The most sensitive tag, the longest of those, that has a word of its look-alike form here: searched for
    // as a whole, which is linear.
    bool read_look_alikes(const region& region, const tag_pattern& pattern, standing where) {
        std::optional<span> best;
        const tag_word* best_tag = nullptr;
        for (const auto& tag : wanted_.tags) {
            const auto more = [&] {
                return std::tuple(tag.classification, tag.form.size()) >
                       std::tuple(best_tag->classification, best_tag->form.size());
            };
            if (!wanted_.is_sensitive(tag) || (best && !more())) continue;
            if (const auto word = find_look_alike(region, tag)) best = word, best_tag = &tag;
        }
        if (best) suspect_at(*best, 1, pattern, *best_tag, where);
        return best.has_value();
    }

    std::optional<span> find_look_alike(const region& region, const tag_word& tag) {
        const std::u32string_view form = region.looks.form;
        if (tag.form.empty()) return std::nullopt;
        for (auto at = form.find(tag.form); at != form.npos; at = form.find(tag.form, at + 1)) {
            const auto word = region.behind(at, at + tag.form.size());
            if (!is_word(text_, word) || is_exact_at(word) || is_taken_back(text_, source_, word.begin) ||
                is_set_phrase(text_, word))
                continue;
            const auto piece = region.piece(word.begin, word.end);
            if (slips_between(piece, tag, forgive::one_slip, left_) == 0U) return word;
            if (left_.spent) break;
        }
        return std::nullopt;
    }

    void read_words_after(std::size_t at, const tag_pattern& pattern) {
        read_words_from({at, at + pattern.before.size()}, pattern, wanted_.tags);
    }

    // The words from the end of a delimiter on.
    void read_words_from(span delimiter, const tag_pattern& pattern, const std::vector<tag_word>& tags) {
        const auto from = delimiter.end;
        const auto reach = std::u32string_view(text_.points).substr(from, longest_group);
        const auto limit = from + size_until(reach, pattern.after);
        if (limit == from || is_exact_at({delimiter.begin, from + 1}) || !left_.take_candidate()) return;
        const auto region = region_of(text_, {from, limit});
        for (auto end = limit; end > from; --end) {
            if (!ends_word(text_, end)) continue;
            if (is_ordinary_here({from, end})) continue;
            if (const auto near = nearest_to(region.piece(from, end), tags, forgive::slips, left_))
                suspect_at({delimiter.begin, end}, near->slips, pattern, *near->tag, standing::own);
        }
    }

    void read_words_before(std::size_t at, const tag_pattern& pattern) {
        const auto size = std::min(at, longest_group);
        const auto reach = std::u32string_view(text_.points).substr(at - size, size);
        const auto limit = at - size_since(reach, pattern.before);
        const auto end = at + pattern.after.size();
        if (limit == at || is_exact_at({at - 1, end}) || !left_.take_candidate()) return;
        const auto region = region_of(text_, {limit, at});
        for (auto begin = limit; begin < at; ++begin) {
            if (!begins_word(text_, begin)) continue;
            if (is_ordinary_here({begin, at})) continue;
            if (const auto near = nearest_to(region.piece(begin, at), wanted_.tags, forgive::slips, left_))
                suspect_at({begin, end}, near->slips, pattern, *near->tag, standing::own);
        }
    }

    bool is_exact_at(span where) const {
        const auto first =
            std::ranges::partition_point(exact_, [&](const tag_match& match) { return match.where.end <= where.begin; });
        return first != exact_.end() && first->where.overlaps(where);
    }

    bool is_within_exact(span where) const {
        const auto first =
            std::ranges::partition_point(exact_, [&](const tag_match& match) { return match.where.end < where.end; });
        return first != exact_.end() && first->where.begin <= where.begin;
    }

    void suspect_at(span where, std::size_t doubt, const tag_pattern& pattern, const tag_word& tag, standing how) {
        if (is_exact_at(where)) return;
        suspects_.push_back({.where = where,
                             .suggestion = pattern.written(tag),
                             .doubt = doubt,
                             .meant = tag.classification,
                             .stray = how == standing::stray});
    }

    void suspect_unknown(span where) {
        if (is_exact_at(where)) return;
        suspects_.push_back({.where = where, .suggestion = {}, .doubt = no_suggestion});
    }

    // Of equal doubt the longest holds, then the first found: patterns come before foreign brackets.
    std::vector<suspect> least_doubtful() {
        std::vector<std::size_t> order(suspects_.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::ranges::sort(order, {}, [&](std::size_t i) {
            return std::tuple(suspects_[i].doubt, ~suspects_[i].where.size(), i); // ~: longest first
        });
        std::vector<suspect> kept;
        for (const auto i : order) {
            const auto taken = [&](const suspect& other) { return other.where.overlaps(suspects_[i].where); };
            if (std::ranges::none_of(kept, taken)) kept.push_back(std::move(suspects_[i]));
        }
        std::ranges::sort(kept, {}, [](const suspect& s) { return s.where.begin; });
        return kept;
    }

    std::string_view source_;
    const folded_text& text_;
    const tag_lexicon& wanted_;
    const std::vector<tag_match>& exact_;
    effort& left_;
    std::size_t longest_ = std::min(wanted_.longest, longest_group) + 2; // of a word that may be a tag
    std::vector<suspect> suspects_;
};

} // namespace

std::vector<suspect> find_suspects(std::string_view source, const folded_text& text, const tag_lexicon& wanted,
                                   const std::vector<tag_match>& exact, effort& left) {
    if (wanted.patterns.empty() || left.spent) return {};
    return finder(source, text, wanted, exact, left).find();
}

} // namespace sealgate::policy
