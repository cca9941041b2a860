#include "milter/agreement/agreeing.hpp"

#include "milter/base/exception_text.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace sealgate::milter {

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr std::chrono::seconds patience{90}; // the server ends a statement after 60
constexpr std::chrono::milliseconds between_looks_here = 300ms;
constexpr std::chrono::seconds between_looks_there = 30s, between_comparisons = 10min, between_looks_at_all = 1h;
constexpr std::size_t most_together = 100, looks_between_stops = 100; // items
constexpr std::size_t most_octets = std::size_t{2} << 20;

fleet_key key_in(const std::filesystem::path& file) {
    auto key = read_fleet_key(file);
    if (!key) throw std::runtime_error(key.error());
    return *std::move(key);
}

// Whether it is time, once in each span.
class now_and_then {
public:
    explicit now_and_then(std::chrono::seconds span)
        : span_(span) {}

    bool is_time() {
        if (steady_clock::now() - last_ < span_) return false;
        last_ = steady_clock::now();
        return true;
    }

private:
    std::chrono::seconds span_;
    steady_clock::time_point last_ = steady_clock::now();
};

} // namespace

// Of what changed here.
struct agreeing::batch {
    struct offered_entry {
        agreement_book::entry entry; // as it is where the offer is taken
        agreed_kind* kind = nullptr;
        std::string value;
    };

    std::vector<agreement_table::offer> offers;
    std::vector<offered_entry> offered; // likewise
    std::vector<agreement_book::entry> lost;
    std::vector<std::string> forgotten; // rows
    std::size_t octets = 0;
};

struct agreeing::session {
    session(const surroundings& with, const retrying_thread& thread)
        : key(key_in(with.key))
        , book(with.book)
        , connection(with.database.url, thread.stop_descriptor(), patience)
        , table(connection)
        , go_on([&thread] {
            if (!thread.wait(0ms)) throw stopped{};
        })
        , taking(with.gateway, with.kinds, key, book, go_on) {}

    const fleet_key key;
    agreement_book book;
    database_connection connection;
    agreement_table table;
    std::function<void()> go_on; // throws where it is to stop
    intake taking;
    std::string unreadable;                      // why a kind cannot be read here now
    std::uint64_t version = 0;                   // of the table, up to which it was read
    std::set<std::string> wanted;                // rows that have to be read
    std::map<turn, agreed_place> later;          // what could not be told just now
    std::map<std::string, std::uint64_t> behind; // rows of which the database has an earlier revision, and which
};

agreeing::agreeing(surroundings with)
    : with_(std::move(with))
    , thread_({.name = "agreeing",
               .go_on = [this] { go_on(); },
               .got_on = [this] { return std::exchange(got_on_, false); },
               .in_the_way = [this](const std::string& problem) { note_problem(problem); }}) {}

void agreeing::note_problem(const std::string& problem) {
    if (const auto news = problem_.news(problem))
        with_.complain("certificates are not shared with other gateways, by " + with_.database.shown + ": " + *news);
}

// Until it is to stop, or something is in the way. A book that is damaged anywhere is made anew.
void agreeing::go_on() {
    try {
        agree();
    } catch (const keys::sqlite_error& problem) {
        if (problem.trouble == keys::sqlite_trouble::broken) remove_book(with_.book);
        throw;
    }
}

void agreeing::agree() {
    session now(with_, thread_);
    now.connection.listen("sealgate_shared");
    now_and_then look_there(between_looks_there), compare_all(between_comparisons), look_at_all(between_looks_at_all);
    for (bool is_first = true, is_told = false;; is_first = false) {
        if (!is_first && (is_told || look_there.is_time())) pull(now);
        dirty_.merge(std::exchange(now.later, {}));
        look(now, is_first || look_at_all.is_time());
        if (is_first || compare_all.is_time()) compare(now);
        do fetch(now);
        while (push(now));
        note_problem(now.unreadable.empty() ? now.taking.problem() : now.unreadable);
        got_on_ = true;
        is_told = now.connection.await_notice(between_looks_here, with_.gateway);
    }
}

void agreeing::note_as_dirty(const session& now, std::vector<agreed_place> places) {
    for (auto& one : places) {
        const auto at = std::ranges::find(with_.kinds, one.kind, [](const auto& kind) { return kind.get(); });
        turn when(at - with_.kinds.begin(), now.key.row_of(one.kind->kind(), one.name));
        dirty_.insert_or_assign(std::move(when), std::move(one));
    }
}

// Of one kind. Where it cannot be read now, others go on.
std::vector<std::string> agreeing::changed(session& now, agreed_kind& kind) {
    try {
        return kind.changed();
    } catch (const std::runtime_error& problem) {
        now.unreadable = text_of(problem);
    }
    return {};
}

// What changed here, or all that is here or was agreed on.
void agreeing::look(session& now, bool at_all) {
    now.unreadable.clear();
    for (const auto& kind : with_.kinds) {
        if (at_all) kind->begin_anew();
        auto names = changed(now, *kind);
        if (at_all) std::ranges::move(now.book.names_of(kind->kind()), std::back_inserter(names));
        std::vector<agreed_place> places;
        for (auto& name : names) places.push_back({.kind = kind.get(), .name = std::move(name)});
        note_as_dirty(now, std::move(places));
    }
}

// The book and the table, both in the order of their rows: what only one of them has, or has another one of.
void agreeing::compare(session& now) {
    std::vector<std::string> of_another_key;
    std::vector<agreed_place> places;
    now.version = now.table.version();
    now.taking.begin_anew();
    now.behind.clear();
    auto all = now.book.read();
    const auto next_known = [&] {
        auto out = all.next();
        for (; out && out->row != now.key.row_of(out->kind, out->name); out = all.next()) of_another_key.push_back(out->row);
        return out;
    };
    auto known = next_known();
    const auto is_behind = [&](std::uint64_t revision) {
        now.behind[known->row] = revision;
        if (auto* kind = kind_named(with_.kinds, known->kind)) places.push_back({.kind = kind, .name = known->name});
        known = next_known();
    };
    now.table.each([&](const agreement_table::summary& there) {
        while (known && known->row < there.name) is_behind(0);
        const bool is_known = known && known->row == there.name;
        if (is_known && known->what.revision > there.revision) return is_behind(there.revision);
        if (!is_known || known->what.revision < there.revision || known->what.seal != there.seal) now.wanted.insert(there.name);
        if (is_known) known = next_known();
    });
    while (known) is_behind(0);
    now.book.forget(of_another_key);
    note_as_dirty(now, std::move(places));
}

void agreeing::pull(session& now) {
    for (;;) {
        const auto rows = now.table.after(now.version);
        if (rows.empty()) return;
        note_as_dirty(now, now.taking.take(rows, false));
        now.version = rows.back().version;
    }
}

void agreeing::fetch(session& now) {
    while (!now.wanted.empty()) {
        std::vector<std::string> some;
        for (auto at = now.wanted.begin(); at != now.wanted.end() && some.size() < most_together; ++at) some.push_back(*at);
        const auto rows = now.table.named(some);
        note_as_dirty(now, now.taking.take(rows, true));
        for (const auto& one : rows) now.wanted.erase(one.name);
        if (rows.empty()) // they are gone meanwhile
            for (const auto& row : some) now.wanted.erase(row);
    }
}

// What stands for it in an offer; empty: nothing is offered.
std::string agreeing::value_to_offer(session& now, const agreement_book::entry& known, agreed_kind& kind, std::string here,
                                     batch& to) {
    const auto behind = now.behind.find(known.row);
    const bool is_behind = behind != now.behind.end(), is_nowhere_there = is_behind && behind->second == 0;
    const auto until = kind.needed_until(here);
    if (!here.empty() && (!until || *until > std::chrono::system_clock::now())) {
        if (known.what.digest.empty() || kind.is_meant(known.name, here, known.what.digest)) return here;
    } else if (const auto gone = kind.gone(); !gone.empty() && known.what.digest == digest_of(kind, gone)) {
        return is_behind && (!is_nowhere_there || !kind.needed_until(gone)) ? gone : std::string{};
    }
    if (is_nowhere_there && kind.may_be_forgotten()) to.forgotten.push_back(known.row);
    if (!is_behind && !known.what.digest.empty() &&
        !kind.may_be_forgotten()) { // it is lost: as it was agreed on, it comes back
        to.lost.push_back(known);
        to.lost.back().what.digest.clear();
        to.lost.back().what.seal.clear();
        now.wanted.insert(known.row);
    }
    return {};
}

// What becomes of something that may have to be offered.
void agreeing::add(session& now, const turn& when, const agreed_place& place, batch& to) const {
    const auto& row = when.second;
    const auto& [kind, name] = place;
    auto here = here_of(*kind, name);
    if (!here) { // it cannot be told now
        now.later.insert_or_assign(when, place);
        return;
    }
    agreement_book::entry entry{.row = row, .kind = std::string(kind->kind()), .name = name, .what = now.book.of(row)};
    const auto known = entry.what;
    const auto behind = now.behind.find(row);
    if (!here->empty() && digest_of(*kind, *here) == known.digest && behind == now.behind.end())
        return kind->settled(name, *here);
    auto value = value_to_offer(now, entry, *kind, *std::move(here), to);
    if (value.empty()) return;
    const agreed_item item{.kind = entry.kind,
                           .name = name,
                           .revision = known.revision + 1,
                           .gateway = with_.gateway,
                           .value = kind->offered(name, value)};
    auto sealed = now.key.seal(item);
    const auto seal = seal_of(sealed);
    entry.what = {.revision = item.revision,
                  .digest = digest_of(*kind, value),
                  .seal = seal,
                  .offered = item.revision,
                  .offered_seal = seal,
                  .insisted = known.insisted};
    to.octets += sealed.size();
    to.offers.push_back({.name = row,
                         .known = behind == now.behind.end() ? known.revision : behind->second,
                         .revision = item.revision,
                         .sealed = std::move(sealed),
                         .until = kind->needed_until(value)});
    to.offered.push_back({.entry = std::move(entry), .kind = kind, .value = std::move(value)});
}

// False: there is nothing more to offer, or to read.
bool agreeing::push(session& now) {
    batch some;
    std::vector<turn> turns;
    for (const auto& [when, place] : dirty_) {
        if (some.offers.size() == most_together || some.octets > most_octets) break;
        if (turns.size() % looks_between_stops == 0) now.go_on();
        add(now, when, place, some);
        turns.push_back(when);
    }
    now.book.put(some.lost);
    now.book.forget(some.forgotten);
    if (!some.offers.empty()) offer(now, some);
    for (const auto& one : turns) dirty_.erase(one);
    return !dirty_.empty() || !now.wanted.empty();
}

// What was offered is noted before: whatever becomes of the answer, it is known as ours where it stands there.
void agreeing::offer(session& now, const batch& some) {
    std::vector<agreement_book::entry> intended, agreed_on;
    for (const auto& one : some.offered) {
        auto before = now.book.of(one.entry.row);
        before.offered = one.entry.what.offered;
        before.offered_seal = one.entry.what.offered_seal;
        intended.push_back({.row = one.entry.row, .kind = one.entry.kind, .name = one.entry.name, .what = std::move(before)});
    }
    now.book.put(intended);
    const auto taken = now.table.put(some.offers);
    for (const auto& one : some.offered) {
        now.behind.erase(one.entry.row);
        if (!taken.contains(one.entry.row)) {
            now.wanted.insert(one.entry.row); // somebody else was quicker
            continue;
        }
        agreed_on.push_back(one.entry);
    }
    now.book.put(agreed_on);
    for (const auto& one : some.offered)
        if (taken.contains(one.entry.row)) one.kind->settled(one.entry.name, one.value);
}

} // namespace sealgate::milter
