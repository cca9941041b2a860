#include "milter/agreement/book.hpp"

namespace sealgate::milter {

namespace {

constexpr const char* book_form = "PRAGMA journal_mode = WAL; CREATE TABLE IF NOT EXISTS agreed (row TEXT PRIMARY KEY, kind "
                                  "TEXT NOT NULL, name TEXT NOT NULL,"
                                  " revision INTEGER NOT NULL, digest TEXT NOT NULL, seal TEXT NOT NULL, offered INTEGER NOT "
                                  "NULL, offered_seal TEXT NOT NULL, insisted TEXT NOT NULL)"
                                  " WITHOUT ROWID";

keys::sqlite_database book_in(const std::filesystem::path& file) {
    try {
        return keys::own_database(file, book_form);
    } catch (const keys::sqlite_error& problem) {
        if (problem.trouble != keys::sqlite_trouble::broken) throw;
    }
    remove_book(file);
    return keys::own_database(file, book_form);
}

std::uint64_t count_in(const keys::sqlite_statement& row, int column) { return static_cast<std::uint64_t>(row.number(column)); }

agreed agreed_in(const keys::sqlite_statement& row, int column) {
    return {.revision = count_in(row, column),
            .digest = std::string(row.text(column + 1)),
            .seal = std::string(row.text(column + 2)),
            .offered = count_in(row, column + 3),
            .offered_seal = std::string(row.text(column + 4)),
            .insisted = std::string(row.text(column + 5))};
}

} // namespace

void remove_book(const std::filesystem::path& file) {
    for (const auto* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(file.string() + suffix);
}

agreement_book::agreement_book(const std::filesystem::path& file)
    : database_(book_in(file)) {}

agreed agreement_book::of(std::string_view row) {
    auto one = database_.prepare("SELECT revision, digest, seal, offered, offered_seal, insisted FROM agreed WHERE row = ?");
    return one.bind(1, row).step() ? agreed_in(one, 0) : agreed{};
}

std::vector<std::string> agreement_book::names_of(std::string_view kind) {
    std::vector<std::string> out;
    auto all = database_.prepare("SELECT name FROM agreed WHERE kind = ?");
    for (all.bind(1, kind); all.step();) out.emplace_back(all.text(0));
    return out;
}

agreement_book::reader agreement_book::read() {
    return reader(database_.prepare(
        "SELECT row, kind, name, revision, digest, seal, offered, offered_seal, insisted FROM agreed ORDER BY row"));
}

std::optional<agreement_book::entry> agreement_book::reader::next() {
    if (!all_.step()) return std::nullopt;
    return entry{.row = std::string(all_.text(0)),
                 .kind = std::string(all_.text(1)),
                 .name = std::string(all_.text(2)),
                 .what = agreed_in(all_, 3)};
}

void agreement_book::together(const std::function<void()>& write) {
    database_.run("BEGIN IMMEDIATE");
    try {
        write();
        database_.run("COMMIT");
    } catch (...) {
        try {
            database_.run("ROLLBACK");
        } catch (const keys::sqlite_error&) { // it was rolled back already
        }
        throw;
    }
}

void agreement_book::put(const std::vector<entry>& all) {
    if (all.empty()) return;
    together([&] {
        auto set = database_.prepare("INSERT OR REPLACE INTO agreed VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
        for (const auto& [row, kind, name, what] : all) {
            set.bind(1, row).bind(2, kind).bind(3, name).bind(4, static_cast<std::int64_t>(what.revision));
            set.bind(5, what.digest).bind(6, what.seal).bind(7, static_cast<std::int64_t>(what.offered));
            set.bind(8, what.offered_seal).bind(9, what.insisted).step();
            set.reset();
        }
    });
}

void agreement_book::forget(const std::vector<std::string>& rows) {
    if (rows.empty()) return;
    together([&] {
        auto remove = database_.prepare("DELETE FROM agreed WHERE row = ?");
        for (const auto& row : rows) {
            remove.bind(1, row).step();
            remove.reset();
        }
    });
}

} // namespace sealgate::milter
