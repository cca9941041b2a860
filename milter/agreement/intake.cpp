#include "milter/agreement/intake.hpp"

#include "milter/base/exception_text.hpp"
#include "milter/sinks/destination.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace sealgate::milter {

namespace {

constexpr std::size_t most_at_a_time = 20; // gpg takes some hundredths of a second for each certificate

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
            fresh[kind].push_back({.item = *std::move(item), .row = row.name, .seal = seal_of(row.sealed)});
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

void intake::take_together(agreed_kind& kind, std::vector<fresh_item> items, std::vector<agreed_place>& to_tell) {
    std::vector<agreed_kind::word> words;
    std::vector<agreement_book::entry> noted;
    std::vector<agreed> before;
    for (const auto& [item, row, seal] : items) {
        before.push_back(book_.of(row));
        const auto here = here_of(kind, item.name);
        words.push_back({.name = item.name,
                         .value = item.value,
                         .gateway = item.gateway,
                         .is_changed_here = !here || digest_of(kind, *here) != before.back().digest});
    }
    // What was offered from here, and taken by the database without our hearing of it, is no word of others.
    const auto is_ours = [&](std::size_t i) {
        return items[i].item.revision == before[i].offered && items[i].seal == before[i].offered_seal;
    };
    std::vector<agreed_kind::word> of_others;
    for (std::size_t i = 0; i < words.size(); ++i)
        if (!is_ours(i)) of_others.push_back(words[i]);
    auto why_not = of_others.empty() ? std::vector<std::string>{} : followed(kind, of_others);
    std::ranges::reverse(why_not);
    std::vector<std::pair<std::string, std::string>> settled;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const auto& [item, row, seal] = items[i];
        std::string why;
        if (!is_ours(i)) {
            why = std::move(why_not.back());
            why_not.pop_back();
        }
        const auto here = here_of(kind, item.name);
        if (why.empty() && !here) why = "it cannot be read here";
        if (!why.empty()) {
            unfollowed_[row] = item.name + ": " + why;
            continue;
        }
        unfollowed_.erase(row);
        const auto now = digest_of(kind, *here);
        // The other one knew all that is here, and has less: it cannot take more, and need not hear it again.
        const bool is_known_to_it = now == before[i].digest && before[i].revision > 0;
        const bool adds = is_ours(i) ? now != digest_of(kind, item.value) : kind.adds(*here, item.value) && !is_known_to_it;
        noted.push_back(
            {.row = row,
             .kind = item.kind,
             .name = item.name,
             .what = {.revision = item.revision, .digest = adds ? digest_of(kind, item.value) : now, .seal = seal}});
        if (adds)
            to_tell.push_back({.kind = &kind, .name = item.name});
        else
            settled.emplace_back(item.name, *here);
    }
    book_.put(noted);
    for (const auto& [name, value] : settled) kind.settled(name, value);
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
