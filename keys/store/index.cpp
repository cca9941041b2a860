#include "keys/store/index.hpp"

#include "keys/certificates/written_certificate.hpp"
#include "policy/crypto/digest.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <set>
#include <system_error>
#include <utility>

namespace sealgate::keys {

namespace {

// `file` is small, and all of it is read at times; a row of `certificate` is large, and read where it is used. `sum` is over
// what counts in that row: nobody else would notice what a bad disk makes of it.
constexpr const char* form = R"(
CREATE TABLE state (id TEXT NOT NULL, judge TEXT NOT NULL, directory BLOB NOT NULL, complete INTEGER NOT NULL, looked_at INTEGER NOT NULL,
                    serial INTEGER NOT NULL, count INTEGER NOT NULL, digest TEXT NOT NULL);
INSERT INTO state VALUES (hex(randomblob(16)), '', x'', 0, 0, 0, 0, '');
CREATE TABLE file (fingerprint TEXT PRIMARY KEY, stamp BLOB NOT NULL, digest TEXT NOT NULL, disabled INTEGER NOT NULL,
                   settled INTEGER NOT NULL, judged_at INTEGER NOT NULL, read_again INTEGER NOT NULL,
                   first_end INTEGER NOT NULL, added INTEGER NOT NULL, serial INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX by_read_again ON file (read_again);
CREATE INDEX by_first_end ON file (first_end);
CREATE INDEX by_serial ON file (serial);
CREATE INDEX by_settled ON file (settled) WHERE settled = 0;
CREATE TABLE certificate (fingerprint TEXT PRIMARY KEY, certificate TEXT NOT NULL, octets BLOB NOT NULL, sum TEXT NOT NULL);
CREATE TABLE address (address TEXT, fingerprint TEXT, PRIMARY KEY (address, fingerprint)) WITHOUT ROWID;
CREATE TABLE gone (fingerprint TEXT, added INTEGER NOT NULL, serial INTEGER, PRIMARY KEY (fingerprint, serial)) WITHOUT ROWID;
CREATE TABLE part (prefix TEXT PRIMARY KEY, digest TEXT NOT NULL) WITHOUT ROWID;
PRAGMA user_version = 4;
)";
constexpr std::int64_t form_number = 4;

// The digest of all is made of those of 256 parts, so that a change costs no look at the rest.
constexpr std::size_t prefix_length = 2;

constexpr const char* whole_row = "SELECT fingerprint, certificate, octets, sum, disabled, read_again"
                                  " FROM certificate JOIN file USING (fingerprint) ";
constexpr const char* file_row = "SELECT fingerprint, stamp, digest, disabled, settled, judged_at, read_again FROM file ";

// Who looks less often than this is not told which certificates went.
constexpr std::chrono::hours gone_are_kept{24};

std::int64_t microseconds_now() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
}

std::string sum_of(std::string_view certificate, std::string_view octets) {
    return sha256_hex(std::string(certificate).append(octets));
}

// One that is refused may be refused for want of memory, and whose time has not come may be by a clock that is behind.
bool is_settled(const certificate& cert, time_point at) {
    return !cert.invalid && !cert.addressing_only && cert.created <= at && std::ranges::none_of(cert.subkeys, &subkey::refused);
}

time_point first_end(const certificate& cert) {
    auto out = cert.expires.value_or(time_point::max());
    out = std::min(out, cert.user_ids_expire.value_or(time_point::max()));
    for (const auto& key : cert.subkeys) out = std::min(out, key.expires.value_or(time_point::max()));
    return out;
}

bool is_of_this_form(sqlite_database& database) {
    auto version = database.prepare("PRAGMA user_version");
    return version.step() && version.number(0) == form_number;
}

indexed_file file_in(const sqlite_statement& row) {
    return {.fingerprint = std::string(row.text(0)),
            .stamp = std::string(row.text(1)),
            .digest = std::string(row.text(2)),
            .disabled = row.number(3) != 0,
            .settled = row.number(4) != 0,
            .judged_at = row.time(5),
            .read_again = row.time(6)};
}

// Somebody has begun to make it.
bool is_empty(sqlite_database& database) {
    auto tables = database.prepare("SELECT count(*) FROM sqlite_schema");
    return tables.step() && tables.number(0) == 0;
}

// A name that is removed is gone. Readers wait only while a commit is written, not from the moment on when much has changed.
sqlite_database prepared(sqlite_database database) {
    database.run("PRAGMA secure_delete = ON; PRAGMA cache_spill = OFF");
    return database;
}

std::string digest_of_part(sqlite_database& database, const std::string& prefix) {
    const auto behind = prefix + "G"; // comes after all hex digits
    std::string all;
    auto row = database.prepare("SELECT fingerprint, disabled, digest FROM file WHERE fingerprint BETWEEN ? AND ?"
                                " ORDER BY fingerprint");
    for (row.bind(1, prefix).bind(2, behind); row.step();)
        all.append(row.text(0)).append(row.number(1) != 0 ? " disabled " : " ").append(row.text(2)) += '\n';
    return all.empty() ? std::string{} : sha256_hex(all);
}

} // namespace

certificate_index::certificate_index(sqlite_database database)
    : database_(std::move(database)) {}

certificate_index certificate_index::made(sqlite_database database) {
    auto out = prepared(std::move(database));
    if (is_of_this_form(out)) return certificate_index(std::move(out));
    out.run("BEGIN IMMEDIATE");
    if (!is_of_this_form(out)) out.run(form);
    out.run("COMMIT");
    return certificate_index(std::move(out));
}

std::optional<certificate_index> certificate_index::open(const std::filesystem::path& file) {
    if (!index_may_be_read(file)) return std::nullopt;
    try {
        sqlite_database database(file, sqlite_database::access::read);
        if (is_of_this_form(database)) return certificate_index(std::move(database));
    } catch (const sqlite_error& problem) { // another one is made, or it is done without
        if (problem.trouble == sqlite_trouble::busy) throw;
    }
    return std::nullopt;
}

certificate_index certificate_index::open_to_write(const std::filesystem::path& file) {
    if (index_may_be_read(file)) {
        try {
            sqlite_database database(file, sqlite_database::access::write);
            if (is_of_this_form(database) || is_empty(database)) return made(std::move(database));
        } catch (const sqlite_error& problem) {
            if (problem.trouble != sqlite_trouble::broken) throw;
        }
        std::filesystem::remove(file);
    }
    return made(private_database(file));
}

certificate_index certificate_index::copy_of(const std::filesystem::path& file) {
    try {
        if (auto there = open(file)) return copy_of(*there);
    } catch (const sqlite_error& problem) { // a broken one is as good as none
        if (problem.trouble != sqlite_trouble::broken) throw;
    }
    sqlite_database database({}, sqlite_database::access::write);
    database.run(form);
    return certificate_index(std::move(database));
}

certificate_index certificate_index::copy_of(certificate_index& other) {
    sqlite_database database({}, sqlite_database::access::write);
    database.take_all_of(other.database_);
    return certificate_index(std::move(database));
}

index_state certificate_index::state() {
    auto row = database_.prepare("SELECT id, judge, directory, complete, looked_at, serial, count, digest FROM state");
    if (!row.step()) throw sqlite_error("the index of certificates has no state", sqlite_trouble::broken);
    return {.id = std::string(row.text(0)),
            .judge = std::string(row.text(1)),
            .directory = std::string(row.text(2)),
            .complete = row.number(3) != 0,
            .looked_at = row.time(4),
            .serial = row.number(5),
            .count = static_cast<std::size_t>(row.number(6)),
            .digest = std::string(row.text(7))};
}

stored_certificate certificate_index::row_of(sqlite_statement& found) {
    const auto json = found.text(1), octets = found.text(2);
    auto cert = certificate_in_json(json);
    if (!cert || cert->fingerprint != found.text(0) || found.text(3) != sum_of(json, octets))
        throw sqlite_error("the index of certificates is damaged", sqlite_trouble::broken);
    cert->disabled = found.number(4) != 0;
    const auto again = found.time(5);
    return {.cert = *std::move(cert),
            .binary = std::make_shared<const std::string>(octets),
            .read_again = again == time_point::max() ? std::nullopt : std::optional(again)};
}

std::vector<stored_certificate> certificate_index::rows(sqlite_statement& asked) {
    std::vector<stored_certificate> out;
    while (asked.step()) out.push_back(row_of(asked));
    return out;
}

std::vector<stored_certificate> certificate_index::naming(std::string_view address_key, std::int64_t as_of) {
    auto asked = database_.prepare(
        (std::string(whole_row) + "JOIN address USING (fingerprint) WHERE address = ? AND added <= ?").c_str());
    return rows(asked.bind(1, address_key).bind(2, as_of));
}

std::optional<stored_certificate> certificate_index::find(std::string_view fingerprint, std::int64_t as_of) {
    auto asked = database_.prepare((std::string(whole_row) + "WHERE fingerprint = ? AND added <= ?").c_str());
    if (!asked.bind(1, fingerprint).bind(2, as_of).step()) return std::nullopt;
    return row_of(asked);
}

void certificate_index::each(const std::function<void(stored_certificate)>& take) {
    for (auto all = database_.prepare((std::string(whole_row) + "ORDER BY file.fingerprint").c_str()); all.step();)
        take(row_of(all));
}

std::vector<stored_certificate> certificate_index::unsettled() {
    auto asked = database_.prepare((std::string(whole_row) + "WHERE settled = 0 ORDER BY file.fingerprint").c_str());
    return rows(asked);
}

std::vector<certificate> certificate_index::ending_by(time_point end) {
    std::vector<certificate> out;
    auto asked = database_.prepare((std::string(whole_row) + "WHERE first_end <= ? ORDER BY file.fingerprint").c_str());
    for (asked.bind(1, end); asked.step();) out.push_back(row_of(asked).cert);
    return out;
}

void certificate_index::each_file(const std::function<void(const indexed_file&)>& take) {
    for (auto all = database_.prepare((std::string(file_row) + "ORDER BY fingerprint").c_str()); all.step();)
        take(file_in(all));
}

std::optional<indexed_file> certificate_index::file_of(std::string_view fingerprint) {
    auto asked = database_.prepare((std::string(file_row) + "WHERE fingerprint = ?").c_str());
    return asked.bind(1, fingerprint).step() ? std::optional(file_in(asked)) : std::nullopt;
}

bool certificate_index::is_due(time_point now) {
    return database_.prepare("SELECT 1 FROM file WHERE read_again <= ? LIMIT 1").bind(1, now).step();
}

policy::certificate_changes certificate_index::changes_between(std::int64_t first, std::int64_t last) {
    policy::certificate_changes out;
    std::set<std::string> gone;
    auto left = database_.prepare("SELECT fingerprint FROM gone WHERE serial > ? AND serial <= ? AND added <= ?");
    for (left.bind(1, first).bind(2, last).bind(3, first); left.step();) gone.emplace(left.text(0));
    auto changed =
        database_.prepare("SELECT fingerprint, added FROM file WHERE serial > ? AND serial <= ? ORDER BY fingerprint");
    for (changed.bind(1, first).bind(2, last); changed.step();) {
        const bool was_there = gone.erase(std::string(changed.text(0))) > 0 || changed.number(1) <= first;
        (was_there ? out.changed : out.added).emplace_back(changed.text(0));
    }
    out.removed.assign(gone.begin(), gone.end());
    return out;
}

// By the clock, so that a copy and the file that it was made of do not give one number to two changes.
void certificate_index::begin() {
    database_.run("BEGIN IMMEDIATE");
    serial_ = std::max(state().serial + 1, microseconds_now());
    changed_.clear();
}

void certificate_index::note_change(std::string_view fingerprint) { changed_.emplace(fingerprint.substr(0, prefix_length)); }

void certificate_index::put(const stored_certificate& judged, const std::string& stamp, time_point at) {
    auto cert = judged.cert;
    cert.disabled = false;
    for (auto& key : cert.subkeys) key.weak = false;
    const auto& fingerprint = cert.fingerprint;
    const auto json = as_json(cert), digest = sha256_hex(*judged.binary), sum = sum_of(json, *judged.binary);
    auto before = database_.prepare("SELECT sum, disabled, added, file.serial FROM certificate JOIN file USING (fingerprint)"
                                    " WHERE fingerprint = ?");
    const bool was_there = before.bind(1, fingerprint).step();
    const bool is_same = was_there && before.text(0) == sum && (before.number(1) != 0) == judged.cert.disabled;
    const auto added = was_there ? before.number(2) : serial_, changed = is_same ? before.number(3) : serial_;
    forget_addresses(fingerprint);
    database_.prepare("INSERT OR REPLACE INTO certificate VALUES (?, ?, ?, ?)")
        .bind(1, fingerprint)
        .bind(2, json)
        .bind_octets(3, *judged.binary)
        .bind(4, sum)
        .step();
    database_.prepare("INSERT OR REPLACE INTO file VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
        .bind(1, fingerprint)
        .bind_octets(2, stamp)
        .bind(3, digest)
        .bind(4, std::int64_t{judged.cert.disabled})
        .bind(5, std::int64_t{is_settled(cert, at)})
        .bind(6, at)
        .bind(7, judged.read_again.value_or(time_point::max()))
        .bind(8, first_end(cert))
        .bind(9, added)
        .bind(10, changed)
        .step();
    auto name = database_.prepare("INSERT INTO address VALUES (?, ?)");
    for (const auto& address : std::set(cert.addresses.begin(), cert.addresses.end())) {
        name.bind(1, address).bind(2, fingerprint).step();
        name.reset();
    }
    if (!is_same) note_change(fingerprint);
}

void certificate_index::put_stamp(const std::string& fingerprint, const std::string& stamp) {
    database_.prepare("UPDATE file SET stamp = ? WHERE fingerprint = ?").bind_octets(1, stamp).bind(2, fingerprint).step();
}

void certificate_index::set_disabled(const std::string& fingerprint, bool disabled) {
    database_.prepare("UPDATE file SET disabled = ?, serial = ? WHERE fingerprint = ?")
        .bind(1, std::int64_t{disabled})
        .bind(2, serial_)
        .bind(3, fingerprint)
        .step();
    note_change(fingerprint);
}

void certificate_index::forget_addresses(const std::string& fingerprint) {
    auto before = database_.prepare("SELECT certificate FROM certificate WHERE fingerprint = ?");
    if (!before.bind(1, fingerprint).step()) return;
    const auto cert = certificate_in_json(before.text(0));
    if (!cert) throw sqlite_error("the index of certificates is damaged", sqlite_trouble::broken);
    auto forget = database_.prepare("DELETE FROM address WHERE address = ? AND fingerprint = ?");
    for (const auto& address : cert->addresses) {
        forget.bind(1, address).bind(2, fingerprint).step();
        forget.reset();
    }
}

void certificate_index::remove(const std::string& fingerprint) {
    forget_addresses(fingerprint);
    database_.prepare("INSERT OR REPLACE INTO gone SELECT fingerprint, added, ? FROM file WHERE fingerprint = ?")
        .bind(1, serial_)
        .bind(2, fingerprint)
        .step();
    database_.prepare("DELETE FROM certificate WHERE fingerprint = ?").bind(1, fingerprint).step();
    database_.prepare("DELETE FROM file WHERE fingerprint = ?").bind(1, fingerprint).step();
    note_change(fingerprint);
}

std::string certificate_index::digest_of_all() {
    for (const auto& prefix : changed_)
        database_.prepare("INSERT OR REPLACE INTO part VALUES (?, ?)")
            .bind(1, prefix)
            .bind(2, digest_of_part(database_, prefix))
            .step();
    std::string all;
    for (auto row = database_.prepare("SELECT prefix, digest FROM part WHERE digest <> '' ORDER BY prefix"); row.step();)
        all.append(row.text(0)).append(" ").append(row.text(1)) += '\n';
    return sha256_hex(all);
}

void certificate_index::commit(index_state now) {
    const auto before = state();
    now.serial = changed_.empty() ? before.serial : serial_;
    now.digest = changed_.empty() && !before.digest.empty() ? before.digest : digest_of_all();
    auto count = database_.prepare("SELECT count(*) FROM file");
    count.step();
    const auto forgotten = microseconds_now() - std::chrono::microseconds(gone_are_kept).count();
    database_.prepare("DELETE FROM gone WHERE serial < ?").bind(1, forgotten).step();
    database_
        .prepare("UPDATE state SET judge = ?, directory = ?, complete = ?, looked_at = ?, serial = ?, count = ?, digest = ?")
        .bind(1, now.judge)
        .bind_octets(2, now.directory)
        .bind(3, std::int64_t{now.complete})
        .bind(4, now.looked_at)
        .bind(5, now.serial)
        .bind(6, count.number(0))
        .bind(7, now.digest)
        .step();
    database_.run("COMMIT");
}

} // namespace sealgate::keys
