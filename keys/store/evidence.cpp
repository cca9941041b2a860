#include "keys/store/evidence.hpp"

#include "keys/base/acting_as_owner.hpp"
#include "keys/base/files.hpp"
#include "keys/base/sqlite.hpp"

#include <chrono>
#include <utility>

namespace sealgate::keys {

namespace {

constexpr const char* evidence_form =
    "CREATE TABLE IF NOT EXISTS seen (source TEXT NOT NULL, fingerprint TEXT NOT NULL,"
    " address TEXT NOT NULL, place TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,"
    " asked INTEGER NOT NULL, PRIMARY KEY (fingerprint, source, address)) WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS seen_asked ON seen (source, asked);"
    "CREATE TABLE IF NOT EXISTS news (time INTEGER NOT NULL, what TEXT NOT NULL,"
    " address TEXT NOT NULL, fingerprint TEXT NOT NULL, replaces TEXT NOT NULL,"
    " source TEXT NOT NULL);"
    "CREATE INDEX IF NOT EXISTS news_time ON news (time);"
    "CREATE TABLE IF NOT EXISTS round (source TEXT PRIMARY KEY, time INTEGER NOT NULL) WITHOUT ROWID";

constexpr std::chrono::days news_are_kept{90};

// A source that another version has written, and this one does not know, vouches for nothing.
evidence evidence_in(const sqlite_statement& row) {
    return {.source = policy::named_as<policy::key_source>(row.text(0)).value_or(policy::key_source::attached),
            .fingerprint = std::string(row.text(1)),
            .address = std::string(row.text(2)),
            .place = std::string(row.text(3)),
            .first = row.time(4),
            .last = row.time(5),
            .asked = row.time(6)};
}

} // namespace

std::vector<evidence> evidence_book::rows(const std::string& which, const std::function<void(sqlite_statement&)>& bind) const {
    const std::lock_guard lock(mutex_);
    std::vector<evidence> out;
    if (!index_may_be_read(file_)) return out;
    sqlite_database database(file_, sqlite_database::access::read);
    auto found =
        database.prepare(("SELECT source, fingerprint, address, place, first, last, asked FROM seen " + which).c_str());
    bind(found);
    while (found.step()) out.push_back(evidence_in(found));
    return out;
}

// What is broken is made anew: nothing is decided by it.
sqlite_database evidence_book::to_write() const {
    try {
        return own_database(file_, evidence_form);
    } catch (const sqlite_error& problem) {
        if (problem.trouble != sqlite_trouble::broken) throw;
    }
    std::filesystem::remove(file_);
    return own_database(file_, evidence_form);
}

// On disk when it returns.
void evidence_book::write(const std::function<void(sqlite_database&)>& what) const {
    const std::lock_guard lock(mutex_);
    make_private_directory(file_.parent_path());
    const acting_as_owner as(file_.parent_path());
    auto database = to_write();
    database.run("BEGIN IMMEDIATE");
    what(database);
    database.run("COMMIT");
}

void evidence_book::note(const std::vector<evidence>& seen) {
    write([&](sqlite_database& database) {
        auto put = database.prepare("INSERT INTO seen VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
                                    " place = excluded.place, last = excluded.last, asked = excluded.asked");
        for (const auto& one : seen) {
            put.reset();
            put.bind(1, name_of(one.source))
                .bind(2, one.fingerprint)
                .bind(3, one.address)
                .bind(4, one.place)
                .bind(5, one.first)
                .bind(6, one.last)
                .bind(7, one.asked)
                .step();
        }
    });
}

void evidence_book::note_asked(policy::key_source source, std::string_view address_key, time_point now) {
    write([&](sqlite_database& database) {
        database.prepare("UPDATE seen SET asked = ? WHERE source = ? AND address = ?")
            .bind(1, now)
            .bind(2, name_of(source))
            .bind(3, address_key)
            .step();
    });
}

void evidence_book::note_round(policy::key_source source, time_point now) {
    write([&](sqlite_database& database) {
        database.prepare("INSERT OR REPLACE INTO round VALUES (?, ?)").bind(1, name_of(source)).bind(2, now).step();
    });
}

void evidence_book::forget(policy::key_source source, std::string_view fingerprint) {
    write([&](sqlite_database& database) {
        database.prepare("DELETE FROM seen WHERE fingerprint = ? AND source = ?")
            .bind(1, fingerprint)
            .bind(2, name_of(source))
            .step();
    });
}

std::optional<time_point> evidence_book::last_round(policy::key_source source) const {
    const std::lock_guard lock(mutex_);
    if (!index_may_be_read(file_)) return std::nullopt;
    sqlite_database database(file_, sqlite_database::access::read);
    if (!database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'round'").step()) return std::nullopt;
    auto row = database.prepare("SELECT time FROM round WHERE source = ?");
    return row.bind(1, name_of(source)).step() ? std::optional(row.time(0)) : std::nullopt;
}

std::vector<evidence> evidence_book::of(std::string_view fingerprint) const {
    return rows("WHERE fingerprint = ? ORDER BY first, source, address",
                [&](sqlite_statement& asked) { asked.bind(1, fingerprint); });
}

std::string evidence_book::place_of(policy::key_source source, std::string_view fingerprint) const {
    for (auto& one : of(fingerprint))
        if (one.source == source) return std::move(one.place);
    return {};
}

std::vector<evidence> evidence_book::from(policy::key_source source) const {
    return rows("WHERE source = ? ORDER BY first, fingerprint",
                [&](sqlite_statement& asked) { asked.bind(1, name_of(source)); });
}

std::vector<evidence> evidence_book::not_asked_since(policy::key_source source, time_point since, std::size_t most) const {
    return rows("WHERE source = ? AND asked < ? ORDER BY asked, fingerprint LIMIT ?", [&](sqlite_statement& asked) {
        asked.bind(1, name_of(source)).bind(2, since).bind(3, static_cast<std::int64_t>(most));
    });
}

void evidence_book::note(const std::vector<policy::key_news>& news) {
    if (news.empty()) return;
    write([&](sqlite_database& database) {
        database.prepare("DELETE FROM news WHERE time < ?").bind(1, news.front().time - news_are_kept).step();
        auto put = database.prepare("INSERT INTO news VALUES (?, ?, ?, ?, ?, ?)");
        for (const auto& one : news) {
            put.reset();
            put.bind(1, one.time)
                .bind(2, name_of(one.what))
                .bind(3, one.address)
                .bind(4, one.fingerprint)
                .bind(5, one.replaces)
                .bind(6, name_of(one.source))
                .step();
        }
    });
}

std::vector<policy::key_news> evidence_book::news_after(time_point since, std::size_t most) const {
    const std::lock_guard lock(mutex_);
    std::vector<policy::key_news> out;
    if (!index_may_be_read(file_)) return out;
    sqlite_database database(file_, sqlite_database::access::read);
    auto rows = database.prepare("SELECT time, what, address, fingerprint, replaces, source FROM news WHERE time > ?"
                                 " ORDER BY time DESC LIMIT ?");
    rows.bind(1, since).bind(2, static_cast<std::int64_t>(most));
    while (rows.step()) {
        const auto what = policy::named_as<policy::key_news_kind>(rows.text(1));
        if (!what) continue;
        out.push_back({.time = rows.time(0),
                       .what = *what,
                       .address = std::string(rows.text(2)),
                       .fingerprint = std::string(rows.text(3)),
                       .replaces = std::string(rows.text(4)),
                       .source = policy::named_as<policy::key_source>(rows.text(5)).value_or(policy::key_source::attached)});
    }
    return out;
}

} // namespace sealgate::keys
