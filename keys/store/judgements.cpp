#include "keys/store/judgements.hpp"

#include "keys/certificates/written_certificate.hpp"
#include "policy/base/digest.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace sealgate::keys {

namespace {

// A file of another form is replaced.
constexpr const char* form =
    "CREATE TABLE IF NOT EXISTS judged_1 (fingerprint TEXT PRIMARY KEY, digest TEXT NOT NULL, judge TEXT NOT NULL,"
    " read_again INTEGER, certificate TEXT NOT NULL) WITHOUT ROWID";
constexpr const char* look_up = "SELECT digest, judge, read_again, certificate FROM judged_1 WHERE fingerprint = ?";

std::int64_t seconds(const std::optional<time_point>& time) {
    return time.value_or(time_point::max()).time_since_epoch().count();
}

// Whoever makes it as root makes it for the owner of the directory.
void give_to_owner_of(const std::filesystem::path& directory, const std::filesystem::path& file) {
    struct stat owner {};
    if (::geteuid() == 0 && ::stat(directory.c_str(), &owner) == 0)
        static_cast<void>(::chown(file.c_str(), owner.st_uid, owner.st_gid) == 0);
}

sqlite_database opened_to_write(const std::filesystem::path& file) {
    sqlite_database out(file, sqlite_database::access::write);
    out.run("PRAGMA synchronous = OFF"); // what a crash breaks is made again
    out.run(form);
    std::filesystem::permissions(file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    give_to_owner_of(file.parent_path(), file);
    return out;
}

void forget_others(sqlite_database& in, const std::vector<std::string>& fingerprints) {
    std::vector<std::string> others;
    for (auto all = in.prepare("SELECT fingerprint FROM judged_1"); all.step();)
        if (!std::ranges::binary_search(fingerprints, all.text(0))) others.emplace_back(all.text(0));
    auto remove = in.prepare("DELETE FROM judged_1 WHERE fingerprint = ?");
    for (const auto& one : others) {
        remove.bind(1, one).step();
        remove.reset();
    }
}

} // namespace

judgements::judgements(std::filesystem::path file, std::string judge)
    : file_(std::move(file))
    , judge_(sha256_hex(judge)) {
    open();
}

void judgements::open() {
    try {
        database_.emplace(file_, sqlite_database::access::read);
        look_.emplace(database_->prepare(look_up));
    } catch (const sqlite_error&) {
        look_.reset();
        database_.reset();
    }
}

std::optional<stored_certificate> judgements::find(const std::string& fingerprint, const std::string& octets, time_point now) {
    if (!look_) return std::nullopt;
    try {
        look_->reset();
        if (!look_->bind(1, fingerprint).step()) return std::nullopt;
        const auto again = look_->number(2);
        if (look_->text(0) != sha256_hex(octets) || look_->text(1) != judge_ || again <= seconds(now)) return std::nullopt;
        auto cert = certificate_in_json(look_->text(3));
        if (!cert || cert->fingerprint != fingerprint) return std::nullopt;
        const auto read_again = again == seconds({}) ? std::nullopt : std::optional(time_point(std::chrono::seconds(again)));
        return stored_certificate{
            .cert = *std::move(cert), .binary = std::make_shared<const std::string>(octets), .read_again = read_again};
    } catch (const sqlite_error&) {
        look_.reset();
        return std::nullopt;
    }
}

void judgements::keep(std::span<const stored_certificate> judged, const std::vector<std::string>& fingerprints) {
    look_.reset();
    database_.reset();
    if (!write(judged, fingerprints)) {
        std::error_code ignored;
        std::filesystem::remove(file_, ignored);
        write(judged, fingerprints);
    }
    open();
}

// False where the file is broken.
bool judgements::write(std::span<const stored_certificate> judged, const std::vector<std::string>& fingerprints) const {
    try {
        auto database = opened_to_write(file_);
        database.run("BEGIN IMMEDIATE");
        insert(database, judged);
        forget_others(database, fingerprints);
        database.run("COMMIT");
        return true;
    } catch (const sqlite_error& problem) {
        return !problem.broken;
    } catch (const std::filesystem::filesystem_error&) {
        return true;
    }
}

void judgements::insert(sqlite_database& into, std::span<const stored_certificate> judged) const {
    auto statement = into.prepare("INSERT OR REPLACE INTO judged_1 VALUES (?, ?, ?, ?, ?)");
    for (const auto& one : judged) {
        const auto digest = sha256_hex(*one.binary), certificate = as_json(one.cert);
        statement.bind(1, one.cert.fingerprint)
            .bind(2, digest)
            .bind(3, judge_)
            .bind(4, seconds(one.read_again))
            .bind(5, certificate);
        statement.step();
        statement.reset();
    }
}

} // namespace sealgate::keys
