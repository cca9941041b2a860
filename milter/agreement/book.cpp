#include "milter/agreement/book.hpp"

namespace sealgate::milter {

namespace {

constexpr const char* form =
    "PRAGMA journal_mode = WAL; CREATE TABLE IF NOT EXISTS agreed (row TEXT PRIMARY KEY, kind TEXT NOT NULL,"
    " name TEXT NOT NULL, revision INTEGER NOT NULL, digest TEXT NOT NULL) WITHOUT ROWID";

} // namespace

agreement_book::agreement_book(const std::filesystem::path& file)
    : database_(keys::own_database(file, form))
    , one_(database_.prepare("SELECT revision, digest FROM agreed WHERE row = ?"))
    , put_(database_.prepare("INSERT OR REPLACE INTO agreed VALUES (?, ?, ?, ?, ?)"))
    , forget_(database_.prepare("DELETE FROM agreed WHERE row = ?")) {}

agreed agreement_book::of(std::string_view row) {
    agreed out;
    if (one_.bind(1, row).step())
        out = {.revision = static_cast<std::uint64_t>(one_.number(0)), .digest = std::string(one_.text(1))};
    one_.reset();
    return out;
}

void agreement_book::put(const entry& one) {
    put_.bind(1, one.row).bind(2, one.kind).bind(3, one.name);
    put_.bind(4, static_cast<std::int64_t>(one.what.revision)).bind(5, one.what.digest).step();
    put_.reset();
}

void agreement_book::forget(std::string_view row) {
    forget_.bind(1, row).step();
    forget_.reset();
}

std::vector<std::string> agreement_book::names_of(std::string_view kind) {
    std::vector<std::string> out;
    auto all = database_.prepare("SELECT name FROM agreed WHERE kind = ?");
    for (all.bind(1, kind); all.step();) out.emplace_back(all.text(0));
    return out;
}

void agreement_book::each(const std::function<void(const entry&)>& see) {
    auto all = database_.prepare("SELECT row, kind, name, revision, digest FROM agreed ORDER BY row");
    while (all.step())
        see({.row = std::string(all.text(0)),
             .kind = std::string(all.text(1)),
             .name = std::string(all.text(2)),
             .what = {.revision = static_cast<std::uint64_t>(all.number(3)), .digest = std::string(all.text(4))}});
}

} // namespace sealgate::milter
