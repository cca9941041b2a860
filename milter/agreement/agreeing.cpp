#include "milter/agreement/agreeing.hpp"

#include "policy/crypto/digest.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <utility>

namespace sealgate::milter {

namespace {

using namespace std::chrono_literals;

constexpr std::chrono::seconds patience{90}; // the server ends a statement after 60
constexpr std::chrono::milliseconds between_looks_here = 300ms, between_looks_there = 30s;
constexpr std::size_t most_together = 100; // items
constexpr std::size_t most_octets = std::size_t{4} << 20;

} // namespace

agreeing::agreeing(surroundings with)
    : with_(std::move(with))
    , thread_({.name = "agreeing",
               .go_on = [this] { go_on(); },
               .got_on = [this] { return std::exchange(got_on_, false); },
               .in_the_way = [this](const std::string& problem) { note_problem(problem); }}) {}

std::string agreeing::problem() const {
    const std::lock_guard lock(mutex_);
    return problem_.what();
}

void agreeing::note_problem(const std::string& problem) {
    std::optional<std::string> news;
    {
        const std::lock_guard lock(mutex_);
        news = problem_.news(problem);
    }
    if (news) with_.complain("certificates are not shared with other gateways, by " + with_.database.shown + ": " + *news);
}

agreed_kind* agreeing::kind_named(std::string_view name) const {
    const auto found = std::ranges::find(with_.kinds, name, [](const auto& one) { return one->kind(); });
    return found == with_.kinds.end() ? nullptr : found->get();
}

// Nothing has none.
std::string agreeing::digest(const agreed_kind& kind, const std::string& value) const {
    return value.empty() ? std::string{} : sha256_hex(kind.told_apart_by(value));
}

// Until it is to stop, or something is in the way.
void agreeing::go_on() {
    auto key = read_fleet_key(with_.key);
    if (!key) throw std::runtime_error(key.error());
    key_ = *std::move(key);
    unreadable_ = 0;
    if (!book_) book_ = std::make_unique<agreement_book>(with_.book);
    database_connection to(with_.database.url, thread_.stop_descriptor(), patience);
    agreement_table table(to);
    to.listen("sealgate_shared");
    version_ = table.version();
    look();
    compare(table);
    auto last_look = std::chrono::steady_clock::now();
    for (bool is_told = false;;) {
        if (is_told || std::chrono::steady_clock::now() - last_look > between_looks_there) {
            last_look = std::chrono::steady_clock::now();
            while (pull(table)) {
            }
        }
        look();
        while (!wanted_.empty() || !dirty_.empty()) {
            fetch(table);
            if (!push(table)) break;
        }
        note_problem(unreadable_ == 0 ? std::string{}
                                      : std::to_string(unreadable_) + " of them were written with another fleet.key");
        got_on_ = true;
        is_told = to.await_notice(between_looks_here, with_.gateway);
    }
}

// What changed here. The first time, what was agreed and is not here any more may have.
void agreeing::look() {
    for (const auto& kind : with_.kinds) {
        auto names = kind->changed();
        if (!is_compared_) std::ranges::move(book_->names_of(kind->kind()), std::back_inserter(names));
        for (auto& name : names) {
            auto row = key_->row_of(kind->kind(), name);
            dirty_.insert_or_assign(std::move(row), place{.kind = kind.get(), .name = std::move(name)});
        }
    }
}

// Both in the order of their rows: what only one of them has, and what is newer where.
void agreeing::compare(agreement_table& table) {
    std::vector<agreement_book::entry> known;
    book_->each([&](const agreement_book::entry& one) { known.push_back(one); });
    wanted_.clear();
    behind_.clear();
    auto next = known.begin();
    const auto is_behind = [&](std::uint64_t revision) {
        if (auto* kind = kind_named(next->kind)) {
            behind_[next->row] = revision;
            dirty_.insert_or_assign(next->row, place{.kind = kind, .name = next->name});
        }
    };
    table.each_revision([&](const std::string& row, std::uint64_t revision) {
        for (; next != known.end() && next->row < row; ++next) is_behind(0);
        const bool is_known = next != known.end() && next->row == row;
        if (!is_known || next->what.revision < revision)
            wanted_.insert(row);
        else if (next->what.revision > revision)
            is_behind(revision);
        if (is_known) ++next;
    });
    for (; next != known.end(); ++next) is_behind(0);
    is_compared_ = true;
}

// False: there is no more now.
bool agreeing::pull(agreement_table& table) {
    const auto rows = table.after(version_);
    if (rows.empty()) return false;
    take(rows);
    version_ = rows.back().version;
    return true;
}

void agreeing::fetch(agreement_table& table) {
    while (!wanted_.empty()) {
        std::vector<std::string> some;
        for (auto at = wanted_.begin(); at != wanted_.end() && some.size() < most_together; ++at) some.push_back(*at);
        const auto rows = table.named(some);
        take(rows);
        for (const auto& one : rows) std::erase(some, one.name), wanted_.erase(one.name);
        for (const auto& row : rows.empty() ? some : std::vector<std::string>{}) wanted_.erase(row); // gone meanwhile
    }
}

void agreeing::take(const std::vector<agreement_table::row>& rows) {
    std::map<agreed_kind*, std::vector<agreed_item>> fresh;
    for (const auto& row : rows) {
        if (row.revision <= book_->of(row.name).revision) continue; // ours, or an old one in the place of a newer
        auto item = key_->open(row.name, row.revision, row.sealed);
        auto* kind = item ? kind_named(item->kind) : nullptr;
        if (!item) ++unreadable_;
        if (kind) fresh[kind].push_back(*std::move(item));
    }
    for (const auto& kind : with_.kinds)
        if (const auto of = fresh.find(kind.get()); of != fresh.end()) take(*kind, of->second);
}

// It is noted as agreed behind the taking: killed in between, it is taken once more.
void agreeing::take(agreed_kind& kind, const std::vector<agreed_item>& items) {
    std::vector<agreed_kind::word> words;
    for (const auto& one : items) {
        const auto before = book_->of(key_->row_of(one.kind, one.name));
        words.push_back({.name = one.name,
                         .value = one.value,
                         .gateway = one.gateway,
                         .is_changed_here = digest(kind, kind.here(one.name)) != before.digest});
    }
    kind.take(words);
    book_->begin();
    for (const auto& one : items) {
        auto row = key_->row_of(one.kind, one.name);
        const auto here = kind.here(one.name);
        const bool adds = kind.adds(here, one.value);
        book_->put({.row = row,
                    .kind = one.kind,
                    .name = one.name,
                    .what = {.revision = one.revision, .digest = digest(kind, adds ? one.value : here)}});
        behind_.erase(row);
        if (adds)
            dirty_.insert_or_assign(std::move(row), place{.kind = &kind, .name = one.name});
        else
            kind.settled(one.name);
    }
    book_->commit();
}

// False: there is no more to offer now.
bool agreeing::push(agreement_table& table) {
    std::vector<agreement_table::offer> offers;
    std::vector<agreement_book::entry> agreed_then;
    std::size_t octets = 0;
    while (!dirty_.empty() && offers.size() < most_together && octets < most_octets) {
        const auto next = dirty_.extract(dirty_.begin());
        const auto& row = next.key();
        const auto& [kind, name] = next.mapped();
        const auto known = book_->of(row);
        const auto value = kind->here(name);
        const auto now = digest(*kind, value);
        const auto behind = behind_.find(row);
        if (value.empty() && !known.digest.empty()) { // it is gone, and nobody said so
            wanted_.insert(row);
            book_->put({.row = row, .kind = std::string(kind->kind()), .name = name, .what = {}});
        }
        if (!value.empty() && now == known.digest && behind == behind_.end()) kind->settled(name);
        if (value.empty() || (now == known.digest && behind == behind_.end())) continue;
        const auto revision = known.revision + 1;
        const auto there = behind == behind_.end() ? known.revision : behind->second;
        auto sealed = key_->seal(
            {.kind = std::string(kind->kind()), .name = name, .revision = revision, .gateway = with_.gateway, .value = value});
        octets += sealed.size();
        offers.push_back({.name = row,
                          .known = there,
                          .revision = revision,
                          .sealed = std::move(sealed),
                          .until = kind->needed_until(value)});
        agreed_then.push_back(
            {.row = row, .kind = std::string(kind->kind()), .name = name, .what = {.revision = revision, .digest = now}});
    }
    if (offers.empty()) return !wanted_.empty();
    const auto taken = table.put(offers);
    book_->begin();
    for (const auto& one : agreed_then) {
        behind_.erase(one.row);
        if (!taken.contains(one.row)) {
            wanted_.insert(one.row); // somebody else was quicker
            continue;
        }
        book_->put(one);
        kind_named(one.kind)->settled(one.name);
    }
    book_->commit();
    return true;
}

} // namespace sealgate::milter
