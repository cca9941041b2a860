#include "keys/store/pins.hpp"

#include "keys/base/files.hpp"

#include <algorithm>
#include <iterator>
#include <mutex>
#include <utility>

namespace sealgate::keys {

namespace {

// With a write-ahead log: who reads, on the network thread, never waits for a commit's sync.
constexpr const char* pins_form =
    "PRAGMA journal_mode = WAL; CREATE TABLE IF NOT EXISTS pin (address TEXT PRIMARY KEY, fingerprint TEXT NOT NULL,"
    " replaces TEXT NOT NULL, since INTEGER NOT NULL) WITHOUT ROWID";

pin pin_in(const sqlite_statement& row) {
    return {.address = std::string(row.text(0)),
            .fingerprint = std::string(row.text(1)),
            .replaces = std::string(row.text(2)),
            .since = row.time(3)};
}

// Only as its owner: a reader of others' cannot take back what a crash left half written.
sqlite_database opened(const std::filesystem::path& file) {
    return index_may_be_written(file) ? own_database(file, pins_form) : sqlite_database(file, sqlite_database::access::read);
}

} // namespace

struct pins::reader {
    explicit reader(sqlite_database opened)
        : database(std::move(opened)) {}

    sqlite_database database;
    sqlite_statement whole = database.prepare("SELECT address, fingerprint, replaces, since FROM pin WHERE address = ?");
    sqlite_statement later = database.prepare("SELECT address, fingerprint, replaces, since FROM pin WHERE since >= ?");
};

struct pins::shared_reader {
    std::mutex mutex;   // of the reader
    std::mutex writing; // whoever reads does not wait for it
    std::unique_ptr<reader> made = nullptr;

    // Null where nothing was ever pinned.
    reader* of(const std::filesystem::path& file) {
        if (!made && std::filesystem::exists(file)) made = std::make_unique<reader>(opened(file));
        return made.get();
    }
};

pins::pins(std::filesystem::path file)
    : file_(std::move(file))
    , reader_(std::make_unique<shared_reader>()) {}

pins::~pins() = default;

std::string pins::of(std::string_view address_key) const {
    auto one = whole(address_key);
    return one ? std::move(one->fingerprint) : std::string{};
}

std::optional<pin> pins::whole(std::string_view address_key) const {
    const std::lock_guard lock(reader_->mutex);
    auto* reading = reader_->of(file_);
    if (!reading) return std::nullopt;
    auto& statement = reading->whole;
    statement.reset();
    auto out = statement.bind(1, address_key).step() ? std::optional(pin_in(statement)) : std::nullopt;
    statement.reset();
    return out;
}

std::vector<pin> pins::since(time_point time) const {
    const std::lock_guard lock(reader_->mutex);
    auto* reading = reader_->of(file_);
    if (!reading) return {};
    auto& statement = reading->later;
    statement.reset();
    std::vector<pin> out;
    for (statement.bind(1, time); statement.step();) out.push_back(pin_in(statement));
    statement.reset();
    return out;
}

std::vector<pin> pins::put(std::vector<pin> fresh, const announcement& announce) {
    const std::lock_guard lock(reader_->writing);
    auto database = own_database(file_, pins_form);
    database.run("BEGIN IMMEDIATE");
    auto known = database.prepare("SELECT fingerprint FROM pin WHERE address = ?");
    auto set = database.prepare("INSERT OR REPLACE INTO pin VALUES (?, ?, ?, ?)");
    for (auto& one : fresh) {
        known.reset();
        if (known.bind(1, one.address).step() && known.text(0) != one.fingerprint) one.replaces = known.text(0);
        known.reset();
        set.reset();
        set.bind(1, one.address).bind(2, one.fingerprint).bind(3, one.replaces).bind(4, one.since).step();
        set.reset();
    }
    std::vector<pin> replacing;
    std::ranges::copy_if(fresh, std::back_inserter(replacing), [](const pin& one) { return !one.replaces.empty(); });
    if (announce && !replacing.empty()) announce(replacing);
    database.run("COMMIT");
    return fresh;
}

} // namespace sealgate::keys
