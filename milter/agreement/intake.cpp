#include "milter/agreement/intake.hpp"

#include "milter/base/exception_text.hpp"
#include "milter/sinks/destination.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace sealgate::milter {

namespace {

constexpr std::size_t most_at_a_time = 50; // gpg takes a hundredth of a second for each certificate

} // namespace

std::vector<agreed_place> intake::take(const std::vector<agreement_table::row>& rows, bool asked) {
    std::map<agreed_kind*, std::vector<fresh_item>> fresh;
    for (const auto& row : rows) {
        const auto known = book_.of(row.name);
        if (row.revision < known.revision || (row.revision == known.revision && !asked))
            continue; // an earlier word counts no more
        auto item = key_.open(row.name, row.revision, row.sealed);
        if (!item) {
            unreadable_.insert(row.name);
            continue;
        }
        unreadable_.erase(row.name);
        if (auto* kind = kind_named(kinds_, item->kind))
            fresh[kind].push_back(
                {.item = *std::move(item), .row = row.name, .seal = seal_of(row.sealed), .before = known, .why_not = {}});
    }
    std::vector<agreed_place> to_tell;
    for (const auto& kind : kinds_) {
        const auto of = fresh.find(kind.get());
        if (of == fresh.end()) continue;
        for (auto at = of->second.begin(); at != of->second.end();) {
            go_on_();
            const auto end = at + std::min<std::ptrdiff_t>(most_at_a_time, of->second.end() - at);
            take_together(*kind, {std::make_move_iterator(at), std::make_move_iterator(end)}, to_tell);
            at = end;
        }
    }
    return to_tell;
}

// One that cannot be taken holds up no other.
std::vector<std::string> intake::followed(agreed_kind& kind, const std::vector<agreed_kind::word>& words) const {
    try {
        return kind.take(words);
    } catch (const std::runtime_error& problem) {
        if (words.size() == 1) return {text_of(problem)};
    }
    std::vector<std::string> out;
    for (const auto& one : words) {
        go_on_();
        out.push_back(followed(kind, {one}).front());
    }
    return out;
}

// What was offered from here, and taken by the database without our hearing of it, is no word of others.
bool intake::is_ours(const fresh_item& one) const {
    return one.before.revision < one.item.revision && one.item.revision == one.before.offered &&
           (one.seal == one.before.offered_seal || one.item.gateway == gateway_);
}

void intake::take_together(agreed_kind& kind, std::vector<fresh_item> items, std::vector<agreed_place>& to_tell) {
    std::vector<agreed_kind::word> words;
    std::vector<fresh_item*> of_others;
    for (auto& one : items) {
        if (is_ours(one)) continue;
        const auto here = here_of(kind, one.item.name);
        // Of two words of one revision, neither knew of the other.
        const bool is_fork = one.item.revision == one.before.revision && !one.before.seal.empty();
        of_others.push_back(&one);
        words.push_back({.name = one.item.name,
                         .value = one.item.value,
                         .gateway = one.item.gateway,
                         .is_changed_here = is_fork || !here || digest_of(kind, *here) != one.before.digest});
    }
    if (!words.empty()) {
        auto why_not = followed(kind, words);
        for (std::size_t i = 0; i < words.size(); ++i) of_others[i]->why_not = std::move(why_not[i]);
    }
    std::vector<agreement_book::entry> noted;
    std::vector<std::pair<std::string, std::string>> settled;
    for (auto& one : items) {
        auto here = here_of(kind, one.item.name);
        if (one.why_not.empty() && !here) one.why_not = "it cannot be read here";
        if (!one.why_not.empty()) {
            unfollowed_[one.row] = one.item.name + ": " + one.why_not;
            continue;
        }
        unfollowed_.erase(one.row);
        if (here->empty() && one.item.value == kind.gone()) here = kind.gone();
        auto after = agreed_after(kind, one, *here);
        if (after.digest != digest_of(kind, *here))
            to_tell.push_back({.kind = &kind, .name = one.item.name});
        else
            settled.emplace_back(one.item.name, *here);
        noted.push_back({.row = one.row, .kind = one.item.kind, .name = one.item.name, .what = std::move(after)});
    }
    book_.put(noted);
    for (const auto& [name, value] : settled) kind.settled(name, value);
}

// Where what is here says more, it is told again; but once. Whoever has less again cannot take it, as where their gpg is an
// older one, and would have less for ever.
agreed intake::agreed_after(const agreed_kind& kind, const fresh_item& one, const std::string& here) const {
    const auto now = digest_of(kind, here), theirs = digest_of(kind, one.item.value);
    agreed out{.revision = one.item.revision, .digest = now, .seal = one.seal};
    if (is_ours(one)) {
        out.digest = theirs;
    } else if (kind.adds(here, one.item.value)) {
        out.insisted = now;
        if (one.before.insisted != now) out.digest = theirs;
    }
    return out;
}

void intake::begin_anew() {
    unreadable_.clear();
    unfollowed_.clear();
}

std::string intake::problem() const {
    if (!unreadable_.empty()) return std::to_string(unreadable_.size()) + " of them were written with another fleet.key";
    if (unfollowed_.empty()) return {};
    const auto more = unfollowed_.size() - 1;
    return "not taken: " + unfollowed_.begin()->second + (more == 0 ? "" : "; and " + std::to_string(more) + " more");
}

} // namespace sealgate::milter
